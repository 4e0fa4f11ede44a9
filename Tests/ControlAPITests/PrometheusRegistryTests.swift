import CoreMetrics
import Testing

@testable import ControlAPI

@Suite struct PrometheusRegistryTests {
    @Test func theExpositionHoldsWhatWasCounted() {
        let registry = PrometheusRegistry()
        let counter = registry.makeCounter(label: "martlet_x_total", dimensions: [("via", "a\"b")])
        counter.increment(by: 2)
        registry.makeCounter(label: "martlet_x_total", dimensions: [("via", "a\"b")]).increment(by: 3)
        registry.makeMeter(label: "martlet.depth", dimensions: []).set(Int64(7))
        let timer = registry.makeTimer(label: "martlet_sync_seconds", dimensions: [])
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(700_000_000_000)
        let text = registry.exposition()
        #expect(text.contains("# TYPE martlet_x_total counter\nmartlet_x_total{via=\"a\\\"b\"} 5\n"))
        #expect(text.contains("# TYPE martlet_depth gauge\nmartlet_depth 7.0\n"))
        #expect(text.contains("martlet_sync_seconds_bucket{le=\"0.001\"} 0\n"))
        #expect(text.contains("martlet_sync_seconds_bucket{le=\"0.0025\"} 1\n"))
        #expect(text.contains("martlet_sync_seconds_bucket{le=\"+Inf\"} 2\nmartlet_sync_seconds_sum 700.002\n"))
    }
}
