/**
 * The gateways that all cron cases share, with more jobs than two pages of a list hold, and a model to answer.
 */
import { setUpLabs } from "../lab.ts";

/** How many jobs each gateway has from the start. */
export const seeded = 250;

export const cronLabs = setUpLabs({ hasModel: true, jobs: seeded });
