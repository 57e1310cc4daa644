/**
 * Every method that OpenClaw publishes, by the scope it needs and the release it came with. Written by
 * `scripts/method_table.ts` from npm `@openclaw/gateway-protocol` 2026.9.1: not to be changed by hand. Read by
 * `method_table.ts` beside it.
 */

/** The release whose methods these are. */
export const publishedBy = "2026.9.1";

/** A line `scope since:` before the names that share the two. */
export const publishedMethods = `
dynamic 2026.7:
  channels.pairing.approve sessions.dispatch
dynamic 2026.8:
  sessions.move sessions.patchMany
dynamic <=2026.7:
  agent fs.listDir node.invoke plugins.sessionAction sessions.create sessions.delete sessions.patch talk.config
node 2026.8:
  node.runnerInventory.update
node <=2026.7:
  node.event node.invoke.progress node.invoke.result node.pending.ack node.pending.drain node.pending.pull
  node.pluginSurface.refresh node.pluginTools.update node.skills.update skills.bins
operator.admin 2026.7:
  cron.scratch.get cron.scratch.set environments.create environments.destroy gateway.suspend.prepare
  gateway.suspend.resume migrations.memory.apply migrations.memory.plan openclaw.chat.history
  skills.proposals.evaluate terminal.attach terminal.close terminal.input terminal.list terminal.open
  terminal.resize terminal.upload worktrees.gc worktrees.remove worktrees.restore
operator.admin 2026.8:
  desktop.launch desktop.observe device.pair.setupStatus openclaw.setup.activate.start projects.register
  projects.remove secrets.store.delete secrets.store.list secrets.store.set sessions.catalog.startTerminal
  tools.github.authorize.cancel tools.github.authorize.poll tools.github.authorize.start tools.github.configure
  update.hold users.setRole worker.desktop.launch worker.desktop.observe
operator.admin <=2026.7:
  agents.create agents.delete agents.files.set agents.update attach.grant attach.revoke channels.logout
  channels.start channels.stop chat.inject config.apply config.openFile config.patch config.set connect
  conversations.list conversations.send conversations.turn conversations.turn.cancel cron.add cron.remove cron.run
  cron.update device.pair.setupCode exec.approvals.get exec.approvals.node.get exec.approvals.node.set
  exec.approvals.set gateway.restart.request models.authLogout models.probe nativeHook.invoke openclaw.changes.list
  openclaw.chat openclaw.setup.activate openclaw.setup.auth.start openclaw.setup.detect openclaw.setup.prepare.start
  openclaw.setup.verify plugins.install plugins.refresh plugins.setEnabled plugins.uninstall secrets.reload
  secrets.resolve sessions.branches.switch sessions.cleanup sessions.compact sessions.compaction.restore
  sessions.files.reveal sessions.files.set sessions.pluginPatch sessions.reset sessions.rewind set-heartbeats
  skills.curator.pin skills.curator.restore skills.curator.unpin skills.install skills.proposals.apply
  skills.proposals.create skills.proposals.historyScan skills.proposals.quarantine skills.proposals.reject
  skills.proposals.requestRevision skills.proposals.revise skills.proposals.update skills.update skills.upload.begin
  skills.upload.chunk skills.upload.commit system-event taskSuggestions.accept update.run update.status
  users.linkEmail web.login.start web.login.wait wizard.cancel wizard.next wizard.start wizard.status
operator.approvals 2026.7:
  approval.get approval.history approval.resolve
operator.approvals 2026.8:
  exec.approval.grants.list exec.approval.grants.revoke
operator.approvals <=2026.7:
  board.widget.grant exec.approval.get exec.approval.list exec.approval.request exec.approval.resolve
  exec.approval.waitDecision openclaw.approval.list plugin.approval.list plugin.approval.request
  plugin.approval.resolve plugin.approval.waitDecision
operator.pairing 2026.7:
  channels.pairing.dismiss channels.pairing.list device.pair.rename
operator.pairing <=2026.7:
  device.pair.approve device.pair.list device.pair.reject device.pair.remove device.token.revoke device.token.rotate
  node.pair.approve node.pair.list node.pair.reject node.pair.remove node.rename
operator.questions 2026.7:
  question.get question.list question.request question.resolve question.waitAnswer
operator.read 2026.7:
  agents.workspace.get agents.workspace.list audit.activity.list audit.list audit.run.inspect board.data.read
  board.prompt.authorize board.widget.appView controlUi.sessionPullRequests.subscribe environments.list
  environments.status gateway.suspend.status hooks.status memory.search session.discussion.info session.members.list
  session.suggestions.list sessions.catalog.list sessions.catalog.read sessions.companion.ask
  sessions.companion.state sessions.observer.visibility sessions.viewers.set skills.proposals.events.list
  worktrees.list
operator.read 2026.8:
  controlUi.sessionPreview device.scopes.requestUpgrade device.scopes.waitUpgrade diagnostics.lanes plugins.inspect
  portal.list progressCard.get projects.list projects.searchRemote push.web.preferences.get
  session.members.listEvidence sessions.github.options sessions.github.status skills.library.list
  skills.library.read tools.github.status users.github.authorize.cancel users.github.authorize.poll
  users.github.authorize.start users.github.disconnect users.github.status users.prefs.get
operator.read <=2026.7:
  agent.identity.get agents.files.get agents.files.list agents.list artifacts.download artifacts.get artifacts.list
  assistant.media.get board.get channels.status chat.history chat.message.get chat.metadata chat.startup
  commands.list config.get config.schema config.schema.lookup controlUi.githubPreview cron.get cron.list cron.runs
  cron.status diagnostics.stability doctor.memory.dreamDiary doctor.memory.status gateway.identity.get
  gateway.restart.preflight health last-heartbeat logs.tail mcp.app.listResourceTemplates mcp.app.listResources
  mcp.app.listTools mcp.app.readResource mcp.app.view models.authStatus models.list node.describe node.list
  plugin.surface.refresh plugins.list plugins.search plugins.uiDescriptors sessions.branches.list
  sessions.compaction.list sessions.describe sessions.diff sessions.files.get sessions.files.list sessions.get
  sessions.groups.list sessions.list sessions.messages.subscribe sessions.messages.unsubscribe sessions.preview
  sessions.resolve sessions.search sessions.subscribe sessions.usage sessions.usage.logs sessions.usage.timeseries
  skills.curator.status skills.detail skills.proposals.historyStatus skills.proposals.inspect skills.proposals.list
  skills.search skills.securityVerdicts skills.skillCard skills.status status system-presence system.info
  talk.catalog taskSuggestions.list tasks.get tasks.list tools.catalog tools.effective tts.personas tts.providers
  tts.status usage.cost usage.status users.list voicewake.get voicewake.routing.get
operator.talk <=2026.7:
  talk.client.close talk.client.create talk.client.steer talk.client.toolCall talk.client.transcript talk.mode
  talk.session.acknowledgeMark talk.session.appendAudio talk.session.cancelOutput talk.session.close
  talk.session.create talk.session.steer talk.session.submitToolResult talk.speak
operator.write 2026.7:
  board.action session.discussion.open session.members.add session.members.remove session.suggestions.add
  session.suggestions.resolve session.typing session.visibility.set sessions.catalog.archive
  sessions.catalog.continue sessions.companion.reset sessions.reclaim tasks.dismiss tasks.retry tts.speak ui.command
  worktrees.branches worktrees.create
operator.write 2026.8:
  portal.close portal.open progressCard.put projects.add push.web.preferences.set sessions.assignOwner
  sessions.github.confirm sessions.github.publish sessions.goal.clear sessions.goal.update sessions.groups.defaults
  sessions.groups.update sessions.recover sessions.title.prepare skills.library.activate skills.library.import
  skills.library.mutate skills.library.save skills.library.upload users.prefs.set
operator.write <=2026.7:
  agent.wait board.event board.update board.widget.put chat.abort chat.send chat.toolTitles
  doctor.memory.backfillDreamDiary doctor.memory.dedupeDreamDiary doctor.memory.repairDreamingArtifacts
  doctor.memory.resetDreamDiary doctor.memory.resetGroundedShortTerm mcp.app.callTool mcp.app.updateModelContext
  message.action node.pending.enqueue poll push.test push.web.subscribe push.web.test push.web.unsubscribe
  push.web.vapidPublicKey send sessions.abort sessions.compaction.branch sessions.fork sessions.groups.delete
  sessions.groups.put sessions.groups.rename sessions.send sessions.steer taskSuggestions.create
  taskSuggestions.dismiss tasks.cancel tools.invoke tts.convert tts.disable tts.enable tts.setPersona
  tts.setProvider users.self users.setAvatar users.setDisplayName voicewake.set wake
`;
