/**
 * The help pages of `claw device …`, as people read them.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createTestHome } from "../../support/world.ts";

const pages = {
  list: `Usage: claw device list [options]

list who is paired with the gateway, and who asks to be

Options:
  -h, --help  display help for command

Examples:
  claw device list
      requests first, then the paired devices
  claw device list --json
      with whole ids, and all that the gateway tells of them

A name in quotes is what a device calls itself; one without is a label that was given with \`claw device rename\`. A
scope with a plus is asked for and not approved yet. The ID of a request is the request's, that of a device the
device's: both are enough for the other verbs, unless another one begins alike.

TOKEN tells whether the device could log in with a token of its own. A narrow terminal shows fewer columns and cuts
long texts; a pipe gets everything.

Flags of every command: \`claw help\`
`,
  approve: `Usage: claw device approve [options] <ref>

let a device in, or give it more, after a look

Arguments:
  ref                id of the request or the device, the beginning of one (6 or more), or an
                     operator's label

Options:
  --yes              do not ask; takes the request's whole id
  --scopes <scopes>  approve nothing that asks for more than these, e.g. read,write
  --dry-run          show what it asks for, and approve nothing
  -h, --help         display help for command

Examples:
  claw device approve 3f2a91c4 --dry-run
      see who asks for what, with the whole request id
  claw device approve 3f2a91c4
      the same, and decide
  claw device approve 3f2a91c4-8a1e-4f0e-9a55-0f5c3b1d2e77 --yes --scopes read
      approve what you looked at before, if it asks for no more than that

Compare the key with what \`claw device show\` says on that device: it is the only thing that is proven. The name is
what the requester calls itself, and never chooses a request. One that changed since it was shown is not approved.

2026.9.6 lets nobody grant a scope that he lacks: claw asks for what the request takes. 2026.3.13 wants \`pairing\` only.

2026.3.13 adds to a request that waits, under the same id: there --scopes holds --yes to what you looked at.

Flags of every command: \`claw help\`
`,
  reject: `Usage: claw device reject [options] <ref>

refuse a request

Arguments:
  ref         id of the request or the device, the beginning of one (6 or more), or an operator's
              label

Options:
  --dry-run   show which one it is, and send nothing
  -h, --help  display help for command

Examples:
  claw device reject 3f2a91c4
      by the beginning of the request's id

A rejected device may ask again, by a new request. What it was approved for before stays as it is.

Flags of every command: \`claw help\`
`,
  rename: `Usage: claw device rename [options] <ref> <label>

give a paired device a label

Arguments:
  ref         id of the device, the beginning of one (6 or more), or an operator's label
  label       what to call it, at most 64 characters

Options:
  --dry-run   show which one it is, and send nothing
  -h, --help  display help for command

Examples:
  claw device rename 3f2a91c4 "kitchen pi"
      from now on it is known by that, too

The label is the gateway's: every operator sees it. What the device calls itself stays as it is.

Flags of every command: \`claw help\`
`,
  remove: `Usage: claw device remove [options] <ref>

take a device's pairing away

Arguments:
  ref         id of the device, the beginning of one (6 or more), or an operator's label

Options:
  --yes       do not ask
  --self      with --yes: it may be this very device
  --dry-run   show which one it is, and send nothing
  -h, --help  display help for command

Examples:
  claw device remove 3f2a91c4
      by the beginning of its id
  claw device remove "old laptop" --yes
      by its label, without asking

2026.9.6 ends the device's connections at once; 2026.3.13 lets those that stand go on until they end. Who knows the
gateway's secret can ask again: change that too when a device was lost.

Flags of every command: \`claw help\`
`,
  rotate: `Usage: claw device rotate [options] [ref]

put a new token in the place of a device's

Arguments:
  ref                id of the device, the beginning of one (6 or more), or an operator's label
                     (default: this device)

Options:
  --role <role>      the token for this role (default: operator)
  --scopes <scopes>  what it may do, e.g. read,write (default: what it may now)
  --yes              do not ask before another device's token is changed
  --dry-run          show which one it is, and send nothing
  -h, --help         display help for command

Examples:
  claw device rotate
      a new token for this device, stored at once
  claw device rotate --scopes read
      one that may only read
  claw device rotate 3f2a91c4 --yes
      make another device earn a new one

The old token stops working at once; this device's stays beside the new one as .prev. Another device is refused
until it logs in with the gateway's secret, and gets its new token then: nobody else is shown it.

A token never carries more than the device was approved for, nor than you may do.

Flags of every command: \`claw help\`
`,
  revoke: `Usage: claw device revoke [options] <ref>

make a device's token worthless

Arguments:
  ref            id of the device, the beginning of one (6 or more), or an operator's label

Options:
  --role <role>  the token for this role (default: operator)
  --yes          do not ask
  --self         with --yes: it may be this very device
  --dry-run      show which one it is, and send nothing
  -h, --help     display help for command

Examples:
  claw device revoke 3f2a91c4
      by the beginning of the device's id
  claw device revoke "old laptop" --yes
      by its label, without asking

A device that knows the gateway's secret gets a new token with it: 2026.3.13 gives one at once, 2026.9.6 after an
approval, which a device on the gateway's own host gets by itself.

Flags of every command: \`claw help\`
`,
  verify: `Usage: claw device verify [options]

look this device's key and tokens over, offline; exit 1 when something is wrong

Options:
  -h, --help  display help for command

Examples:
  claw device verify
      look the key and the tokens over, without a gateway

It looks at who may read and write the files, the key file's checksum, the id that follows from the key, a signature
made and verified, and each token's owner. It changes nothing. Exit 1 when something is wrong, with how to mend it.

Flags of every command: \`claw help\`
`,
};

describe("help of claw device", () => {
  for (const [verb, page] of Object.entries(pages)) {
    it(`${verb} reads well`, async () => {
      using home = createTestHome();
      const { exit, stdout } = await home.claw(["help", "device", verb]);
      assert.equal(exit, 0);
      assert.equal(stdout, page);
      for (const line of stdout.split("\n")) assert.ok(line.length <= 120, line);
    });
  }
});
