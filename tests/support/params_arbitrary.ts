/**
 * Random params that one of our own schemas lets out, in ordinary values: texts that are not blank, numbers of a sane
 * size. So that what differs from the published schema is a member, a kind or a combination, not the edge of a range.
 */
import fc from "fast-check";
import * as z from "zod/mini";

type SchemaType = "string" | "boolean" | "null" | "integer" | "number" | "array" | "object";

/** The parts of JSON schema that our params use. */
interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: SchemaType | readonly SchemaType[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
}

/**
 * @param leftOut members that are not generated, by their path, e.g. `patch.payload`
 */
export function paramsOf(schema: z.ZodMiniType, leftOut: readonly string[] = []): fc.Arbitrary<unknown> {
  return valueOf(z.toJSONSchema(schema, { io: "input" }) as Schema, [], leftOut);
}

function valueOf(schema: Schema, path: readonly string[], leftOut: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { type } = schema;
  const kinds = typeof type === "object" ? type.map((kind) => ({ ...schema, type: kind })) : undefined;
  const choices = kinds ?? schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valueOf(choice, path, leftOut)));
  if (schema.type === "object") return objectOf(schema, path, leftOut);
  if (schema.type === "array") {
    const { items = {}, minItems: minLength = 0, maxItems: maxLength = 3 } = schema;
    // No doubles: some published lists forbid them.
    const selector = (value: unknown) => JSON.stringify(value);
    return fc.uniqueArray(valueOf(items, path, leftOut), { minLength, maxLength, selector });
  }
  return scalarOf(schema);
}

function objectOf(schema: Schema, path: readonly string[], leftOut: readonly string[]): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined) {
    return fc.dictionary(fc.stringMatching(/^[A-Z]{1,5}$/), valueOf(additionalProperties || {}, path, leftOut));
  }
  const kept = Object.entries(properties).filter(([name]) => !leftOut.includes([...path, name].join(".")));
  const members = kept.map(([name, member]) => [name, valueOf(member, [...path, name], leftOut)] as const);
  const names = kept.map(([name]) => name);
  return fc.record(Object.fromEntries(members), { requiredKeys: required.filter((name) => names.includes(name)) });
}

function scalarOf({ type, pattern, maxLength = 30, minimum = 1, maximum = 1000 }: Schema): fc.Arbitrary<unknown> {
  if (type === "string" && pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  if (type === "string") return fc.string({ maxLength: maxLength - 1 }).map((text) => `x${text}`);
  if (type === "integer" || type === "number") {
    return fc.integer({ min: Math.max(1, minimum), max: Math.min(1000, maximum) });
  }
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  throw new Error(`no values for ${type ?? "a schema without a type"}`);
}
