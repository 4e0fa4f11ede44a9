import Testing

@testable import Bench

@Suite struct APIBenchPlanTests {
    @Test func theSourceIsToldWhatWasAskedFor() {
        var plan = APIBenchPlan(extent: .messages(500))
        #expect(
            plan.source(apiPort: 8025, keyFile: "/tmp/k").joined(separator: " ")
                == "bench api-source --api 127.0.0.1:8025 --key-file /tmp/k --json --messages 500 --size 1024 "
                + "--connections 50 --domains 1 --seed 1 --loops 1")
        plan.extent = .seconds(30)
        plan.size = 10
        plan.connections = 7
        plan.domains = 3
        plan.batch = 100
        plan.rate = 2_500
        plan.seed = 9
        plan.sourceLoops = 2
        #expect(
            plan.source(apiPort: 1, keyFile: "k").joined(separator: " ")
                == "bench api-source --api 127.0.0.1:1 --key-file k --json --duration 30s --size 10 --connections 7 "
                + "--domains 3 --batch 100 --rate 2500.0 --seed 9 --loops 2")
    }

    @Test func theReportSaysWhatWasAskedFor() {
        var plan = APIBenchPlan(extent: .seconds(30))
        plan.batch = 100
        plan.rate = 2_500
        let report = SampleReports.report([], kind: "api", plan.parameters.map { ($0.name, $0.value) })
        let findings = AdviceFindings(report)
        // The advice looks for these.
        #expect(findings.parameter("batch") == 100)
        #expect(findings.parameter("rate") == 2_500)
        #expect(findings.parameter("connections") == 50)
        #expect(findings.parameter("size") == 1_024)
        #expect(findings.isPaced)
        #expect(plan.parameters.contains { $0.name == "delivery" && $0.value == "to a sink" })
        plan.hasSink = false
        #expect(!plan.parameters.contains { $0.name == "sink-connections" })
        plan.batch = nil
        #expect(
            AdviceFindings(SampleReports.report([], plan.parameters.map { ($0.name, $0.value) })).parameter("batch")
                == nil)
    }
}
