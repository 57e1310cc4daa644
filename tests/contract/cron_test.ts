/**
 * The cron family against one gateway of each generation: a file of tests, so that they share it.
 */
import "./cases/cron_verbs.ts";
import "./cases/cron_references.ts";
import "./cases/cron_runs.ts";
import "./cases/cron_lost_runs.ts";
import "./cases/cron_files.ts";
import "./cases/cron_official.ts";
