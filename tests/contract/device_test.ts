/**
 * The device family against one gateway of each generation: a file of tests, so that they share it.
 */
// First: the official command line is not paired yet.
import "./cases/device_official.ts";
import "./cases/device_verbs.ts";
import "./cases/device_pair.ts";
import "./cases/device_code.ts";
import "./cases/device_standing.ts";
import "./cases/several_gateways.ts";
import "./cases/context_verbs.ts";
