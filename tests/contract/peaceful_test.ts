/**
 * Everything that does a gateway no harm, against one gateway of each generation: a file of tests, so that they share
 * it.
 */
import "./cases/first_contact.ts";
import "./cases/delivery.ts";
import "./cases/grants.ts";
import "./cases/skewed_clock.ts";
import "./cases/crowd.ts";
import "./cases/lost_answer.ts";
import "./cases/unattended.ts";
// Last: cron has had its minute by then.
import "./cases/crontab.ts";
