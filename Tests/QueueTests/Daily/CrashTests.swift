import Mail
import Testing

@testable import Queue

/// Crashes at any point: every write may be done, lost, or done without anybody hearing of it.
@Suite struct CrashTests {
    private struct World {
        var random: SplitMix64
        let setup: DailySetup
        var wall: WallTime
        var now = MonotonicInstant(nanoseconds: 1_000_000_000)
        let disk = MemoryState()
        var book: DailyBook
        /// What really left, by source counter and civil day; and the largest cap there was that day.
        var left: [String: Int] = [:]
        var caps: [String: Int] = [:]
        /// Batches under way: counter, civil day, count.
        var open: [(number: UInt32, day: String, count: Int)] = []
        var write: DailyWrite?
        var crashes = 0
        var keys: [DailyKey]

        init(seed: UInt64, setup: DailySetup, keys: [DailyKey]) throws {
            random = SplitMix64(seed: seed)
            self.setup = setup
            self.keys = keys
            wall = try #require(WallTime(rfc3339: "2027-03-26T05:00:00Z"))
            book = DailyBook(setup, isDurable: true, at: now, wall: wall)
        }

        mutating func step(_ limit: Int) {
            let milliseconds = Int64.random(in: 0...Int64(limit), using: &random)
            now = now + .milliseconds(milliseconds)
            wall = wall + .milliseconds(milliseconds)
        }

        func slot(_ number: UInt32) -> String { "\(number) \(setup.calendar.day(at: wall))" }

        mutating func take() {
            guard let key = keys.randomElement(using: &random), let number = book.counter(for: key) else { return }
            let wall = wall
            let result = book.take(.random(in: 1...40, using: &random), of: number, at: now) { wall }
            guard case .success(var granted) = result else { return }
            if Bool.random(using: &random) {
                // Something else lets only some of them go.
                let spare = Int.random(in: 0...granted, using: &random)
                book.untake(spare, of: number, at: now) { wall }
                granted -= spare
            }
            let slot = slot(number)
            left[slot, default: 0] += granted
            let cap = number & 1 == 0 ? book.warmups[Int(number >> 1)].cap : book.quotas[Int(number >> 1)].rule?.cap
            caps[slot] = max(caps[slot] ?? 0, cap ?? .max)
            open.append((number, slot, granted))
        }

        mutating func settle() {
            guard !open.isEmpty else { return }
            let batch = open.remove(at: .random(in: 0..<open.count, using: &random))
            let untried = Bool.random(using: &random) ? 0 : Int.random(in: 0...batch.count, using: &random)
            let failed = Int.random(in: 0...(batch.count - untried), using: &random) / 12
            left[batch.day, default: 0] -= untried
            let wall = wall
            book.settle(
                batch.number, delivered: batch.count - untried - failed, failed: failed, untried: untried, at: now
            ) { wall }
        }

        /// The writer begins, or comes to an end: done, or the disk refused.
        mutating func writer() throws {
            guard let write else {
                self.write = book.nextWrite(at: now, wall: wall)
                return
            }
            self.write = nil
            if Int.random(in: 0..<6, using: &random) > 0 {
                try disk.write(DailyValue.section, write.values)
                book.written(write)
            } else {
                // Refused; or done, and the answer was lost.
                if Bool.random(using: &random) { try disk.write(DailyValue.section, write.values) }
                _ = book.failed(write)
            }
        }

        mutating func restart() throws {
            crashes += 1
            if Int.random(in: 0..<4, using: &random) == 0 {
                // In good order: nothing is lost.
                if let write { try disk.write(DailyValue.section, write.values) }
                write = nil
                book.close()
                if let last = book.nextWrite(at: now, wall: wall) { try disk.write(DailyValue.section, last.values) }
            } else if let write, Bool.random(using: &random) {
                try disk.write(DailyValue.section, write.values)
            }
            write = nil
            // What was under way may have left. Nobody will tell.
            open = []
            step([1_000, 3_600_000, 100_000_000][Int.random(in: 0..<3, using: &random)])
            now = MonotonicInstant(nanoseconds: .random(in: 0...1_000_000_000_000, using: &random))
            let stored = StoredDays(disk.values())
            #expect(stored.damage.isEmpty)
            book = DailyBook(setup, isDurable: true, stored: stored.clock == nil ? nil : stored, at: now, wall: wall)
        }
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func noCapIsExceededOverAnyHistory(seed: UInt64) throws {
        let plan = try Days.plan([[100, 300, 900], [7, 8, 9], [2_000]][Int(seed % 3)])
        let tenant = UUIDv7(high: 0x7000, low: 0x8000_0000_0000_000A)
        let zone = try #require(DayCalendar(seed % 2 == 0 ? "UTC" : "Europe/Berlin"))
        let setup = DailySetup(
            calendar: zone,
            warmups: try WarmupTable([.init(source: "a", plans: ["other": plan, "google": plan])]),
            quotas: try QuotaTable([.init("q", .tenant(nil), cap: 250)]))
        var world = try World(
            seed: seed, setup: setup,
            keys: [.warmup(source: "a", group: "google"), .warmup(source: "a", group: "yahoo"), .tenantQuota(tenant)])
        for _ in 0..<3_000 {
            world.step(Int.random(in: 0..<40, using: &world.random) == 0 ? 30_000_000 : 3_000)
            switch Int.random(in: 0..<40, using: &world.random) {
            case 0..<18: world.take()
            case 18..<28: world.settle()
            case 28..<39: try world.writer()
            default: if Int.random(in: 0..<4, using: &world.random) == 0 { try world.restart() }
            }
        }
        for (slot, count) in world.left {
            #expect(count <= world.caps[slot] ?? 0, "\(slot): \(count) left under a cap of \(world.caps[slot] ?? 0)")
        }
        #expect(world.crashes > 3 && world.left.values.reduce(0, +) > 500)
        #expect(world.left.count > 10)
    }

    /// What a crash costs: at most two parts of the cap.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func aCrashCostsNoMoreThanTwoParts(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let cap = [20, 200, 1_000, 50_000][Int(seed % 4)]
        let setup = try Days.setup(try Days.plan([cap]))
        let wall = try #require(WallTime(rfc3339: "2027-03-26T05:00:00Z"))
        let now = MonotonicInstant(nanoseconds: 1)
        let disk = MemoryState()
        var book = DailyBook(setup, isDurable: true, at: now, wall: wall)
        let number = try need(book.counter(for: .warmup(source: "ip1", group: "x")))
        for _ in 0..<Int.random(in: 1...200, using: &random) {
            if case .success(let granted) = book.take(
                .random(in: 1...cap, using: &random), of: number, at: now, wall: { wall })
            {
                let untried = Bool.random(using: &random) ? granted : 0
                book.settle(number, delivered: granted - untried, failed: 0, untried: untried, at: now) { wall }
            }
            if let write = book.nextWrite(at: now, wall: wall) {
                try disk.write(DailyValue.section, write.values)
                book.written(write)
            }
        }
        let sent = try #require(book.progress.first).sent
        let again = DailyBook(setup, isDurable: true, stored: StoredDays(disk.values()), at: now, wall: wall)
        let counted = try #require(again.progress.first).sent
        #expect(counted >= sent && counted - sent <= 2 * DayCount.chunk(of: cap))
        #expect(DayCount.chunk(of: cap) * 2 <= max(20, cap / 25))
        book.close()
        let last = try need(book.nextWrite(at: now, wall: wall))
        try disk.write(DailyValue.section, last.values)
        let exact = DailyBook(setup, isDurable: true, stored: StoredDays(disk.values()), at: now, wall: wall)
        #expect(exact.progress.first?.sent == sent && exact.progress.first?.delivered == book.progress.first?.delivered)
    }

    /// Every value that is stored, with every byte of it changed in turn.
    @Test func damagedValuesCountAsACapThatIsUsedUp() throws {
        let setup = try Days.setup(try Days.plan([100, 200]))
        let wall = try #require(WallTime(rfc3339: "2027-03-26T05:00:00Z"))
        let now = MonotonicInstant(nanoseconds: 1)
        var book = DailyBook(setup, isDurable: true, at: now, wall: wall)
        let number = try need(book.counter(for: .warmup(source: "ip1", group: "x")))
        _ = book.take(1, of: number, at: now) { wall }
        let write = try need(book.nextWrite(at: now, wall: wall))
        let good = write.values.compactMap { entry in entry.value.map { (key: entry.key, value: $0) } }
        #expect(good.map(\.key).sorted() == ["day", "source:other:ip1"])
        #expect(StoredDays(good).damage.isEmpty)
        for place in good.indices {
            for at in good[place].value.indices {
                for change in [UInt8(1), 0x10, 0x80] {
                    var bad = good
                    bad[place].value[at] ^= change
                    let stored = StoredDays(bad)
                    #expect(!stored.damage.isEmpty)
                    var book = DailyBook(setup, isDurable: true, stored: stored, at: now, wall: wall)
                    let warmup = try #require(book.progress.first)
                    let isClock = good[place].key == "day"
                    // Without the clock the day goes on for twenty hours at least; without the counter it is over.
                    #expect(isClock ? warmup.sent == 10 : warmup.sent == 100 && warmup.stage == 1)
                    #expect(book.clock.ordinal == 0)
                    // 24 hours after the day began, or 19 since nobody knows when.
                    _ = book.look(at: now + .seconds(19 * 3_600)) { wall + .seconds(19 * 3_600) }
                    #expect(book.clock.ordinal == (isClock ? 0 : 1))
                }
            }
        }
        for junk: [(key: String, value: [UInt8])] in [[("what", [])], [("source:x", [1])], [("day", [])], [("", [])]] {
            let stored = StoredDays(junk)
            #expect(!stored.damage.isEmpty)
            _ = DailyBook(setup, isDurable: true, stored: stored, at: now, wall: wall)
        }
    }
}
