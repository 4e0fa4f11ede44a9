import Mail
import Testing

@testable import Queue

@Suite struct RouteBookTests {
    static func route(
        _ number: Int, to pool: String?, upTo: UInt64? = nil, _ change: (inout QueueSelector) -> Void
    ) -> StandingRoute {
        var selector = QueueSelector()
        change(&selector)
        return StandingRoute(
            id: Sample.id(number), selector: selector, pool: pool, upTo: upTo, since: ControlCodecTests.noon)
    }

    private func verdict(
        _ book: RouteBook, number: Int = 10, tenant: Int = 0, to domain: String = "a.test", at site: String? = nil,
        configured: String? = "main"
    ) -> RouteBook.Verdict? {
        book.verdict(
            on: Sample.message(number, tenant: tenant), to: [Domain(canonical: domain)], at: site,
            configured: configured)
    }

    @Test func `the later of two decides, and each sees what those before it said`() {
        var book = RouteBook()
        #expect(verdict(book) == nil)
        let tenant = UUIDv7(high: 0x7000, low: 1)
        #expect(book.add(Self.route(1, to: "warm") { $0.tenant = tenant }).isEmpty)
        #expect(verdict(book) == nil)
        #expect(verdict(book, tenant: 1) == .pool("warm"))
        _ = book.add(Self.route(2, to: "cold") { $0.pool = "warm" })
        #expect(verdict(book, tenant: 1) == .pool("cold"))
        #expect(verdict(book, configured: "warm") == .pool("cold"))
        #expect(verdict(book) == nil)
        _ = book.add(Self.route(3, to: nil) { $0.destination = Domain(canonical: "b.test") })
        #expect(verdict(book, tenant: 1, to: "b.test") == .configured)
        _ = book.add(Self.route(4, to: "other") { $0.pool = "main" })
        #expect(verdict(book, tenant: 1, to: "b.test") == .pool("other"))
        #expect(!book.hasSites)
    }

    @Test func `one about a site waits until the site is known`() {
        var book = RouteBook()
        _ = book.add(Self.route(1, to: "warm") { $0.site = "direct:@google" })
        #expect(book.hasSites)
        #expect(verdict(book) == nil)
        #expect(verdict(book, at: "direct:@yahoo") == nil)
        #expect(verdict(book, at: "direct:@google") == .pool("warm"))
    }

    @Test func `numbers bound it, and it goes when nothing below is left`() {
        var book = RouteBook()
        _ = book.add(Self.route(1, to: "warm", upTo: 10) { $0.everything = true })
        _ = book.add(Self.route(2, to: "cold") { $0.stream = .broadcast })
        #expect(verdict(book, number: 10) == .pool("warm"))
        #expect(verdict(book, number: 11) == nil)
        #expect(book.dropEmptied(below: 10).isEmpty)
        #expect(book.dropEmptied(below: 11).map(\.id) == [Sample.id(1)])
        #expect(book.dropEmptied(below: nil).isEmpty)
        #expect(book.routes.map(\.id) == [Sample.id(2)])
    }

    @Test func `one of the same selector takes the place of the older, and the oldest go when there are too many`() {
        var book = RouteBook()
        _ = book.add(Self.route(1, to: "warm", upTo: 10) { $0.everything = true })
        #expect(book.add(Self.route(2, to: nil, upTo: 20) { $0.everything = true }).map(\.id) == [Sample.id(1)])
        // What the older is about and the newer is not stays as it was.
        #expect(book.add(Self.route(3, to: "x", upTo: 15) { $0.everything = true }).isEmpty)
        #expect(verdict(book, number: 15) == .pool("x"))
        #expect(verdict(book, number: 16) == .configured)
        for number in 4..<(RouteBook.limit + 2) {
            #expect(book.add(Self.route(number, to: "p") { $0.message = Sample.id(number) }).isEmpty)
        }
        #expect(book.routes.count == RouteBook.limit)
        #expect(book.add(Self.route(9_999, to: "p") { $0.site = "s" }).map(\.id) == [Sample.id(2)])
    }

    @Test func `a selector that says only that later mail is meant selects nothing`() {
        var selector = QueueSelector()
        selector.andLater = true
        #expect(selector.isEmpty)
        selector.everything = true
        #expect(!selector.isEmpty)
    }
}
