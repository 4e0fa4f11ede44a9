import Hummingbird
import Logging

/// Every route of the engine, one line each.
enum ControlRouter {
    static func build(
        readiness: Readiness, registry: PrometheusRegistry, log: Logger
    ) -> Router<ControlContext> {
        let router = Router(context: ControlContext.self)
        router.add(middleware: AnswerMiddleware(log: log))

        let health = Health(readiness: readiness)
        router.get("/healthz", use: health.alive)
        router.get("/readyz", use: health.ready)
        router.get("/metrics", use: MetricsPage(registry: registry).handle)

        let v1 = router.group("/v1").add(middleware: Authentication(readiness: readiness))
        v1.post("/messages/send", use: SendMessage(readiness: readiness).handle)
        v1.post("/messages/batch", use: SendBatch(readiness: readiness).handle)
        v1.get("/messages", use: ListMessages(readiness: readiness).handle)
        v1.get("/messages/{id}", use: GetMessage(readiness: readiness).handle)
        v1.get("/messages/{id}/events", use: MessageEvents(readiness: readiness).handle)
        v1.post("/domains", use: AddDomain(readiness: readiness).handle)
        v1.get("/domains", use: ListDomains(readiness: readiness).handle)
        v1.get("/domains/{id}", use: GetDomain(readiness: readiness).handle)
        v1.delete("/domains/{id}", use: DeleteDomain(readiness: readiness).handle)
        v1.post("/domains/{id}/verify", use: VerifyDomain(readiness: readiness).handle)
        v1.get("/domains/{id}/score", use: ScoreDomain(readiness: readiness).handle)
        v1.get("/domains/{id}/zone", use: DomainZone(readiness: readiness).handle)
        v1.post("/domains/{id}/dkim/rotate", use: RotateDKIM(readiness: readiness).handle)
        v1.post("/credentials", use: CreateCredential(readiness: readiness).handle)
        v1.get("/credentials", use: ListCredentials(readiness: readiness).handle)
        v1.delete("/credentials/{id}", use: DeleteCredential(readiness: readiness).handle)
        v1.post("/credentials/{id}/rotate", use: RotateCredential(readiness: readiness).handle)
        v1.post("/keys", use: CreateKey(readiness: readiness).handle)
        v1.get("/keys", use: ListKeys(readiness: readiness).handle)
        v1.delete("/keys/{id}", use: DeleteKey(readiness: readiness).handle)
        addQueue(to: v1, readiness)
        return router
    }

    /// For operators.
    private static func addQueue(to v1: RouterGroup<ControlContext>, _ readiness: Readiness) {
        v1.get("/messages/{id}/explain", use: ExplainMessage(readiness: readiness).handle)
        v1.get("/queue", use: QueueSummaryRoute(readiness: readiness).handle)
        v1.get("/queue/sites", use: ListSites(readiness: readiness).handle)
        v1.get("/queue/sites/{site}", use: GetSite(readiness: readiness).handle)
        v1.get("/queue/holds", use: ListHolds(readiness: readiness).handle)
        v1.post("/queue/suspend", use: SuspendMail(readiness: readiness).handle)
        v1.post("/queue/resume", use: ResumeMail(readiness: readiness).handle)
        v1.post("/queue/flush", use: FlushMail(readiness: readiness).handle)
        v1.post("/queue/cancel", use: CancelMail(readiness: readiness).handle)
        v1.post("/queue/bounce", use: BounceMail(readiness: readiness).handle)
        v1.post("/queue/reroute", use: RerouteMail(readiness: readiness).handle)
        v1.get("/sources", use: ListSources(readiness: readiness).handle)
        v1.put("/sources", use: ListSources(readiness: readiness).refuse)
        v1.get("/pools", use: ListPools(readiness: readiness).handle)
        v1.put("/pools", use: ListPools(readiness: readiness).refuse)
        v1.get("/warmup", use: ListWarmups(readiness: readiness).handle)
        v1.put("/warmup", use: ListWarmups(readiness: readiness).refuse)
        let warmup = ChangeWarmup(readiness: readiness)
        v1.post("/warmup/{source}/hold", use: warmup.hold)
        v1.post("/warmup/{source}/resume", use: warmup.resume)
        v1.post("/warmup/{source}/stage", use: warmup.stage)
        v1.post("/shaping/reload", use: ReloadShaping(readiness: readiness).handle)
    }

    /// `martlet dev` only.
    static func addDev(_ inbox: DevInbox, guard name: LocalName, to router: Router<ControlContext>) {
        let dev = router.group("/dev").add(middleware: name)
        dev.get { _, _ in
            Answer.bytes(
                Array(DevPage.html.utf8), type: "text/html; charset=utf-8",
                headers: [.contentSecurityPolicy: DevPage.contentSecurityPolicy, .xContentTypeOptions: "nosniff"])
        }
        dev.get("/page.css") { _, _ in Answer.bytes(Array(DevPage.css.utf8), type: "text/css; charset=utf-8") }
        dev.get("/page.js") { _, _ in
            Answer.bytes(Array(DevPage.script.utf8), type: "text/javascript; charset=utf-8")
        }
        dev.get("/inbox", use: inbox.list)
        dev.delete("/inbox", use: inbox.clear)
        dev.get("/inbox/{id}", use: inbox.one)
        dev.get("/inbox/{id}/raw", use: inbox.raw)
    }
}
