/**
 * The frame of the contract tests: the compiled program against a real gateway of each generation. The two gateways of a
 * test file start before its first test and end after its last; tests that disturb a gateway have a file of their own.
 */
import { after, before } from "node:test";
import { type BinaryHome, createBinaryHome } from "../support/binary.ts";
import {
  type GatewayOptions,
  type RealGateway,
  startRealGateway,
  type Version,
  versions,
} from "../support/real_gateway.ts";
import { seedJobs } from "../support/seed_jobs.ts";
import { startStubProvider, type StubProvider } from "../support/stub_provider.ts";

export interface LabOptions extends GatewayOptions {
  /** Whether the gateway's agent has a model: it then answers, and the test sees its prompts. */
  readonly hasModel?: boolean;
  /** How many cron jobs it has from the start, named `seed 0` and so on. */
  readonly jobs?: number;
  /** Left out: one of each generation. */
  readonly only?: Version;
}

/** What a test works with: one gateway, which is there within tests only. */
export class Lab {
  readonly version: Version;
  readonly protocol: 3 | 4;
  readonly #options: LabOptions;
  #gateway: RealGateway | undefined;
  #provider: StubProvider | undefined;

  constructor(version: Version, options: LabOptions) {
    this.version = version;
    this.protocol = version === "2026.3.13" ? 3 : 4;
    this.#options = options;
  }

  get gateway(): RealGateway {
    return this.#gateway ?? absent("gateway");
  }

  get provider(): StubProvider {
    return this.#provider ?? absent("model");
  }

  /** A fresh installation of claw beside the gateway's own configuration, without any setting of its own. */
  home(env: Readonly<Record<string, string>> = {}): BinaryHome {
    return createBinaryHome({ OPENCLAW_CONFIG_PATH: this.gateway.configPath, ...env });
  }

  async start(): Promise<void> {
    if (this.#options.hasModel) this.#provider = await startStubProvider();
    const config = { ...this.#options.config, ...this.#provider?.config };
    this.#gateway = await startRealGateway(this.version, { ...this.#options, config });
    if (this.#options.jobs !== undefined) await seedJobs(this.#gateway, this.#options.jobs);
  }

  async stop(): Promise<void> {
    await this.#gateway?.[Symbol.asyncDispose]();
    await this.#provider?.[Symbol.asyncDispose]();
  }
}

/** One lab for each generation, for the whole test file. */
export function setUpLabs(options: LabOptions = {}): readonly Lab[] {
  const wanted = versions.filter((version) => options.only === undefined || options.only === version);
  const labs = wanted.map((version) => new Lab(version, options));
  before(async () => {
    const started = await Promise.allSettled(labs.map((lab) => lab.start()));
    for (const outcome of started) if (outcome.status === "rejected") throw outcome.reason;
  });
  after(async () => {
    await Promise.all(labs.map((lab) => lab.stop()));
  });
  return labs;
}

function absent(what: string): never {
  throw new Error(`this lab has no ${what}`);
}
