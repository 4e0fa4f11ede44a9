import Testing

@testable import Bench

@Suite struct LoadTicketsTests {
    @Test func eachMessageIsHandedOutOnce() {
        let tickets = LoadTickets(.messages(3), rate: nil, start: 0)
        #expect((0..<3).map { _ in tickets.take(now: 5)?.number } == [0, 1, 2])
        #expect(tickets.take(now: 5) == nil)
    }

    @Test func aRateSpacesThemEvenly() {
        let tickets = LoadTickets(.messages(10), rate: 1_000, start: 7_000_000)
        #expect((0..<3).map { _ in tickets.take(now: 0)?.planned } == [7_000_000, 8_000_000, 9_000_000])
    }

    @Test func aTimeEnds() {
        let tickets = LoadTickets(.time(.seconds(2)), rate: nil, start: 1_000_000_000)
        #expect(tickets.take(now: 2_999_999_999) != nil)
        #expect(tickets.take(now: 3_000_000_000) == nil)
        // What would be due behind the end is not sent at all.
        let spaced = LoadTickets(.time(.seconds(1)), rate: 2, start: 0)
        #expect((0..<3).map { _ in spaced.take(now: 0)?.planned } == [0, 500_000_000, nil])
    }

    @Test func stoppedIsOver() {
        let tickets = LoadTickets(.messages(3), rate: nil, start: 0)
        tickets.stop()
        #expect(tickets.take(now: 0) == nil)
        #expect(tickets.isOver)
    }
}
