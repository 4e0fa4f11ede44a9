import Hummingbird

/// `GET /metrics`: everything that is counted, for Prometheus.
struct MetricsPage {
    let registry: PrometheusRegistry

    @Sendable func handle(_ request: Request, _ context: ControlContext) async throws -> Response {
        Answer.bytes(Array(registry.exposition().utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }
}
