/**
 * Following gateways, one of each generation: a file of tests, so that they share it.
 */
import "./cases/watch_requests.ts";
// Last: it restarts them.
import "./cases/watch_events.ts";
