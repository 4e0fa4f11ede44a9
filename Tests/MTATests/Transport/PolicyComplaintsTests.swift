import Mail
import Testing

@testable import MTA

/// The log says once an hour that a destination's mail waits for its policy, whatever the queue does meanwhile.
@Suite struct PolicyComplaintsTests {
    private static func second(_ number: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: number * 1_000_000_000)
    }

    @Test func aDestinationIsToldOfOnceAnHour() {
        var complaints = PolicyComplaints()
        let (a, b) = (Domain(canonical: "a.test"), Domain(canonical: "b.test"))
        var told: [String] = []
        for number in 0...3_600 {
            for domain in [a, b] where complaints.isNews(domain, now: Self.second(Int64(number))) {
                told.append("\(domain) \(number)")
            }
        }
        #expect(told == ["a.test 0", "b.test 0", "a.test 3600", "b.test 3600"])
    }

    @Test func thousandsOfThemAreNoFlood() {
        var complaints = PolicyComplaints()
        func told(from first: Int, at now: Int64) -> Int {
            (first..<first + 5_000).count { complaints.isNews(Domain(canonical: "d\($0).test"), now: Self.second(now)) }
        }
        let counts = [told(from: 0, at: 0), told(from: 5_000, at: 3_599), told(from: 10_000, at: 3_600)]
        #expect(counts == [1_000, 0, 1_000])
    }
}
