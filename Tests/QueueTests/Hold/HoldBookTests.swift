import Mail
import Testing

@testable import Queue

@Suite struct HoldBookTests {
    static func hold(_ number: UInt64, _ scope: Hold.Scope) -> Hold {
        Hold(
            id: UUIDv7(high: 0x7000, low: number), scope: scope, cause: .operator(by: "ops", reason: ""),
            since: WallTime(milliseconds: 0), until: nil)
    }

    @Test func `of holds of the same scope the one that lasts longest counts`() {
        var book = HoldBook()
        let scope = Hold.Scope.site("s")
        book.add(Self.hold(1, scope), until: .at(.seconds(10)))
        book.add(Self.hold(2, scope), until: .at(.seconds(30)))
        book.add(Self.hold(3, .siteAndTenant(site: "s", tenant: Sample.tenant)), until: nil)
        #expect(book.lasting(scope)?.hold.id.low == 2)
        #expect(book.nextEnd == .at(.seconds(10)))
        book.add(Self.hold(4, scope), until: nil)
        #expect(book.lasting(scope)?.hold.id.low == 4)
        #expect(book.all(of: scope).map(\.id.low) == [1, 2, 4])
        #expect(book.remove(UUIDv7(high: 0x7000, low: 4))?.id.low == 4)
        #expect(book.remove(UUIDv7(high: 0x7000, low: 4)) == nil)
        #expect(book.lasting(scope)?.hold.id.low == 2)
        #expect(book.expire(at: .at(.milliseconds(9_999))).isEmpty)
        #expect(book.expire(at: .at(.seconds(30))).map(\.id.low) == [1, 2])
        #expect(book.lasting(scope) == nil && book.nextEnd == nil && !book.isEmpty)
    }

    @Test func `another of the same identifier takes its place`() {
        var book = HoldBook()
        book.add(Self.hold(1, .site("a")), until: .at(.seconds(1)))
        book.add(Self.hold(1, .site("b")), until: .at(.seconds(5)))
        #expect(book.lasting(.site("a")) == nil)
        #expect(book.lasting(.site("b"))?.until == .at(.seconds(5)))
        #expect(book.nextEnd == .at(.seconds(5)))
        #expect(book.holds.count == 1)
    }

    /// Against a list that is looked through.
    @Test(arguments: 0..<200 as Range<UInt64>) func `it agrees with a list`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var book = HoldBook()
        var model: [UInt64: (scope: Hold.Scope, until: MonotonicInstant?)] = [:]
        var now = MonotonicInstant.at(.zero)
        let scopes: [Hold.Scope] = [
            .site("a"), .site("b"), .source("a"), .tenant(Sample.tenant), .campaign(Sample.tenant),
            .siteAndSource(site: "a", source: "b"),
        ]
        for _ in 0..<150 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let number = UInt64.random(in: 0..<30, using: &random)
                let scope = scopes[Int.random(in: 0..<scopes.count, using: &random)]
                let until =
                    Bool.random(using: &random) ? now + .milliseconds(Int.random(in: 0...500, using: &random)) : nil
                book.add(Self.hold(number, scope), until: until)
                model[number] = (scope, until)
            case 2:
                let number = UInt64.random(in: 0..<30, using: &random)
                let removed = book.remove(UUIDv7(high: 0x7000, low: number))
                #expect((removed != nil) == (model.removeValue(forKey: number) != nil))
            default:
                now = now + .milliseconds(Int.random(in: 0...200, using: &random))
                let over = model.filter { $0.value.until.map { $0 <= now } ?? false }.keys.sorted()
                #expect(book.expire(at: now).map(\.id.low) == over)
                for number in over { model[number] = nil }
            }
            #expect(book.holds.map(\.id.low) == model.keys.sorted())
            #expect(book.nextEnd == model.values.compactMap(\.until).min())
            for scope in scopes {
                let ends = model.values.filter { $0.scope == scope }.map { $0.until ?? .distantFuture }
                #expect(book.lasting(scope).map { $0.until ?? .distantFuture } == ends.max())
            }
        }
    }
}
