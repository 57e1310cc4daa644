/**
 * One look as data and as a view: the phases below each other on a line of time, then what is wrong. Shared by the verbs
 * of the doctor; it judges nothing itself.
 */
import type { Context } from "../../cli/context.ts";
import type { Cell, Column, View } from "../../cli/outcome.ts";
import type { Doctor, Going, Mended } from "../../cli/doctor.ts";
import type { Surroundings, Way } from "../../doctor/evidence.ts";
import { type Finding, isWell, sortFindings } from "../../doctor/finding.ts";
import { judge } from "../../doctor/judge.ts";
import { type Phase, phasesOf, waterfall } from "../../doctor/phases.ts";
import { judgeService, type ServiceSight } from "../../doctor/service_environment.ts";
import type { ErrorCode } from "../../errors.ts";

/** What a look takes in besides. */
export interface Looking extends Going {
  readonly asService?: boolean;
  readonly fix?: boolean;
  /** What a verb finds in the evidence besides. */
  readonly judge?: (way: Way) => readonly Finding[];
}

/** What `--json` has under `data`. `version` changes when a member does. */
export interface Report {
  readonly version: 1;
  readonly healthy: boolean;
  readonly target: string | undefined;
  readonly context: string | undefined;
  readonly gatewayVersion: string | undefined;
  readonly phases: readonly Phase[];
  /** How the gateway ended the connection, and what it said last: facts behind the findings. */
  readonly closeCode: number | undefined;
  readonly detailCode: string | undefined;
  readonly lastError: Way["lastError"];
  /** With which of claw's errors other verbs would end. */
  readonly errorCode: ErrorCode | undefined;
  readonly clockSkewMs: number | undefined;
  readonly settings: Surroundings["rows"];
  readonly mended: readonly Mended[];
  /** Only when it was asked for. */
  readonly services: readonly ServiceLine[] | undefined;
  readonly findings: readonly Finding[];
}

/** What a job would find. */
interface ServiceLine {
  readonly name: string;
  readonly state: "ok" | "failed" | "differs";
  readonly target: string | undefined;
  /** Where the secret would come from. */
  readonly secretFrom: string | undefined;
  readonly keyFile: string | undefined;
  readonly failure: string | undefined;
}

/** Looks once. @throws ClawError as `Doctor` */
export async function look(context: Context, looking: Looking = {}): Promise<Report> {
  return await lookBy(await context.doctor(), looking);
}

/** The same by a doctor that is asked for more than this: it names one secret in one way. */
export async function lookBy(doctor: Doctor, looking: Looking): Promise<Report> {
  const mended = looking.fix === true ? await doctor.mend() : [];
  const selfTest = await doctor.selfTest();
  const around = { ...await doctor.surroundings(), isMended: looking.fix === true };
  const isBroken = (selfTest.failure ?? around.settingsFailure ?? around.keyFailure) !== undefined;
  const way = isBroken ? undefined : await doctor.go(looking);
  const services = looking.asService === true ? await doctor.services() : undefined;
  const findings = sortFindings([
    ...judge(selfTest, around, way),
    ...(way === undefined || way.failed !== undefined ? [] : looking.judge?.(way) ?? []),
    ...(services ?? []).flatMap((service) => judgeService(around, service)),
  ]);
  return {
    version: 1,
    healthy: isWell(findings),
    target: around.target?.url,
    context: around.target?.context,
    gatewayVersion: way?.hello?.version,
    phases: phasesOf(selfTest, around, way),
    closeCode: way?.closed?.code,
    detailCode: way?.lastError?.code,
    lastError: way?.lastError,
    errorCode: (selfTest.failure ?? around.settingsFailure ?? around.keyFailure ?? way?.failed?.error)?.code,
    clockSkewMs: way?.hello?.skewMs,
    settings: around.rows,
    mended,
    services: services?.map((service) => lineOf(around, service)),
    findings,
  };
}

function lineOf(here: Surroundings, service: ServiceSight): ServiceLine {
  const { name, around: { settingsFailure, target, secret, grant, keyFile } } = service;
  const differs = judgeService(here, service).length > 0;
  return {
    name,
    state: settingsFailure !== undefined ? "failed" : differs ? "differs" : "ok",
    target: target?.url,
    secretFrom: secret?.from ?? (grant === undefined ? undefined : "the token store"),
    keyFile,
    failure: settingsFailure?.message,
  };
}

const columns: readonly Column[] = [
  { label: "PHASE" },
  { label: "MS", align: "right" },
  { label: "", isDrawn: true, isExtra: true },
  { label: "STATE" },
  { label: "FOUND", shrinks: true },
];

export function viewOf({ phases, findings, mended, services = [] }: Report): View {
  const bars = waterfall(phases);
  const rows = phases.map((phase, at): readonly Cell[] => [
    phase.name,
    phase.ms === undefined ? "" : phase.ms.toFixed(1),
    { text: bars[at] ?? "", tone: phase.state === "failed" ? "bad" : "dim" },
    stateCell(phase.state),
    phase.found,
  ]);
  return {
    kind: "stack",
    isSpaced: true,
    views: [
      ...(mended.length === 0 ? [] : [mendedView(mended)]),
      { kind: "table", columns, rows },
      ...(services.length === 0 ? [] : [servicesView(services)]),
      ...findingViews(findings),
    ],
  };
}

function mendedView(mended: readonly Mended[]): View {
  return { kind: "pairs", pairs: mended.map(({ path, did }) => [path, did]) };
}

const serviceColumns: readonly Column[] = [
  { label: "AS A JOB OF" },
  { label: "STATE" },
  { label: "GATEWAY" },
  { label: "SECRET FROM" },
  { label: "KEY FILE", shrinks: true },
];

function servicesView(services: readonly ServiceLine[]): View {
  const rows = services.map(({ name, state, target = "", secretFrom = "nowhere", keyFile = "" }): readonly Cell[] => [
    name,
    stateCell(state),
    target,
    state === "failed" ? "" : secretFrom,
    keyFile,
  ]);
  return { kind: "table", columns: serviceColumns, rows };
}

function stateCell(state: Phase["state"] | ServiceLine["state"]): Cell {
  if (state === "ok") return state;
  return { text: state, tone: state === "failed" ? "bad" : state === "differs" ? "warn" : "dim" };
}

/** Each finding with its one command, or a word that there is none. */
function findingViews(findings: readonly Finding[]): readonly View[] {
  if (findings.length === 0) return [{ kind: "line", text: "healthy: nothing is wrong" }];
  return findings.map(({ severity, cause, command, where }): View => ({
    kind: "pairs",
    pairs: [[severity, cause], [where === "here" ? "  run here" : "  run on the gateway host", command]],
  }));
}
