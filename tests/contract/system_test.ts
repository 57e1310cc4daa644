/**
 * The rest of the system family against one gateway of each generation: a file of tests, so that they share it.
 */
import "./cases/system.ts";
import "./cases/call.ts";
// Last: it stops and starts the gateways.
import "./cases/logs.ts";
