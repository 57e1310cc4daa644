/**
 * The gateways that all peaceful cases share, with a model to answer heartbeats.
 */
import { setUpLabs } from "../lab.ts";

export const peacefulLabs = setUpLabs({ hasModel: true });
