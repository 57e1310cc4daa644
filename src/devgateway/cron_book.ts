/** Cron jobs and their runs. */
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { ProtocolVersion } from "../protocol/mod.ts";

export class CronBook {
  constructor(readonly_protocol: ProtocolVersion, _clock: Clock, _ids: Ids) {
    void readonly_protocol;
  }
}
