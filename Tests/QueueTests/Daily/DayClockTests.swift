import Mail
import Testing

@testable import Queue

@Suite struct DayClockTests {
    /// The wall clock of a machine whose operator has the shakes.
    struct Machine {
        var random: SplitMix64
        /// Nanoseconds that have really passed.
        var real: Int64 = 0
        var wallOffset: Int64 = 0
        /// When the process began.
        var boot: Int64 = 0
        let start: Int64

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            start = 1_798_761_600_000 + Int64.random(in: 0..<86_400_000, using: &random)
        }

        var now: MonotonicInstant { MonotonicInstant(nanoseconds: 5_000_000_000 + real - boot) }
        var wall: WallTime { WallTime(milliseconds: start + real / 1_000_000 + wallOffset) }

        mutating func jump() {
            let hour: Int64 = 3_600_000
            switch Int.random(in: 0..<6, using: &random) {
            case 0: wallOffset += .random(in: 0...(30 * hour), using: &random)
            case 1: wallOffset -= .random(in: 0...(30 * hour), using: &random)
            case 2: wallOffset = .random(in: -(400 * 24 * hour)...(400 * 24 * hour), using: &random)
            case 3: wallOffset += .random(in: -hour...hour, using: &random)
            default: wallOffset = 0
            }
        }
    }

    /// A busy sender that takes all it gets under a clock that is set again and again, with and without restarts.
    @Test(arguments: 0..<1_000 as Range<UInt64>)
    func inTwentyHoursNoMoreThanTwoDaysCapsAndAfterTwentyEightANewOne(seed: UInt64) throws {
        var machine = Machine(seed: seed)
        let zones = ["Europe/Berlin", "UTC", "Australia/Lord_Howe", "America/New_York"]
        let calendar = try #require(DayCalendar(zones[Int(seed % 4)]))
        var clock = DayClock(calendar, at: machine.now, wall: machine.wall)
        let cap = 10
        var left = cap
        var sent: [Int64] = []
        for _ in 0..<600 {
            let step = Int64.random(in: 0...Int64(3_000_000_000_000), using: &machine.random)
            machine.real += step
            if Int.random(in: 0..<8, using: &machine.random) == 0 { machine.jump() }
            let wall = machine.wall
            let before = clock.ordinal
            if let turn = clock.look(at: machine.now, wall: { wall }) {
                #expect(turn.ordinal == before + 1 && turn.missed == 0)
                left = cap
            }
            #expect(clock.nextStart > machine.now && clock.nextStart - machine.now <= .seconds(28 * 3_600))
            if Int.random(in: 0..<20, using: &machine.random) == 0 {
                // A restart in between; while it is down, the wall goes on evenly.
                let mark = try #require(DayClock.Mark(clock.mark(at: machine.now, wall: wall).value))
                machine.real += .random(in: 0...Int64(1_000_000_000_000), using: &machine.random)
                machine.boot = machine.real
                clock = DayClock(calendar, resuming: mark, at: machine.now, wall: machine.wall)
                let then = machine.wall
                if clock.look(at: machine.now, wall: { then }) != nil { left = cap }
            }
            var isFirst = true
            while left > 0, isFirst || Int.random(in: 0..<3, using: &machine.random) > 0 {
                isFirst = false
                clock.use()
                left -= 1
                sent.append(machine.real)
            }
        }
        let hour: Int64 = 3_600_000_000_000
        for (place, at) in sent.enumerated() {
            // The third day's first delivery comes twenty hours after the first day's last: no window holds both.
            if place + 2 * cap < sent.count { #expect(sent[place + 2 * cap] - at >= 20 * hour - 1_000_000) }
            // Something left within 28 hours, and the step of the simulation.
            if place > 0 { #expect(at - sent[place - 1] <= 29 * hour + 3_600_000_000_000) }
        }
        #expect(sent.count > cap * 5)
    }

    /// A clock that is right turns at midnight, whether somebody looks then or hours later.
    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut"])
    func aClockThatIsRightTurnsAtMidnight(zone: String) throws {
        let calendar = try #require(DayCalendar(zone))
        let start = try #require(WallTime(rfc3339: "2026-03-01T13:00:00Z"))
        func now(_ wall: WallTime) -> MonotonicInstant {
            MonotonicInstant(nanoseconds: (wall.milliseconds - start.milliseconds) * 1_000_000)
        }
        var clock = DayClock(calendar, at: now(start), wall: start)
        var random = SplitMix64(seed: 3)
        var day = calendar.day(at: start)
        for _ in 0..<400 {
            day = day + 1
            let midnight = calendar.start(of: day)
            #expect(clock.nextStart == now(midnight))
            let before = midnight - .milliseconds(1)
            #expect(clock.look(at: now(before)) { before } == nil)
            if Bool.random(using: &random) { clock.use() }
            let late = Bool.random(using: &random) ? 0 : Int64.random(in: 0..<(14 * 3_600_000), using: &random)
            let look = midnight + .milliseconds(late)
            let turn = try #require(clock.look(at: now(look)) { look })
            #expect(turn.label == day && turn.missed == 0)
        }
    }

    @Test func daysOnWhichNobodyLookedAreCounted() throws {
        let start = try #require(WallTime(rfc3339: "2026-03-01T13:00:00Z"))
        var clock = DayClock(.utc, at: .after(.zero), wall: start)
        let later = start + .seconds(12 * 86_400)
        let turn = try #require(clock.look(at: .after(.seconds(12 * 86_400))) { later })
        #expect(turn.missed == 11 && turn.label.description == "2026-03-13")
        // The wall's year was wrong: days are counted by what has passed.
        let nonsense = later + .seconds(400 * 86_400)
        let next = try #require(clock.look(at: .after(.seconds(13 * 86_400))) { nonsense })
        #expect(next.missed == 0 && next.label == DayCalendar.utc.day(at: nonsense))
    }

    /// A restart knows how old the day was; the time that it was down is the wall's to say.
    @Test func aRestartGoesOnWithTheDayThatWasStored() throws {
        let start = try #require(WallTime(rfc3339: "2026-03-01T00:00:00Z"))
        var clock = DayClock(.utc, at: .after(.zero), wall: start)
        let ten = start + .seconds(36_000)
        _ = clock.look(at: .after(.seconds(30_000))) { start + .seconds(30_000) }
        clock.use()
        let stored = clock.mark(at: .after(.seconds(36_000)), wall: ten).value
        let mark = try #require(DayClock.Mark(stored))
        func restarted(_ wall: WallTime) -> (DayClock, DayClock.Turn?) {
            var clock = DayClock(.utc, resuming: mark, at: .after(.zero), wall: wall)
            let turn = clock.look(at: .after(.zero)) { wall }
            return (clock, turn)
        }
        #expect(restarted(start + .seconds(40_000)).1 == nil)
        #expect(restarted(start + .seconds(40_000)).0.nextStart == .after(.seconds(86_400 - 40_000)))
        #expect(
            restarted(start + .seconds(90_000)).1 == .init(ordinal: 1, label: SendingDay(number: 20_514), missed: 0))
        // The wall was set back in between: no time has passed for certain, and the day ends after 28 hours at most.
        let back = restarted(start - .seconds(500_000))
        #expect(back.1 == nil && back.0.nextStart == .after(.seconds(28 * 3_600 - 36_000)))
        // Ten days down.
        #expect(restarted(start + .seconds(10 * 86_400)).1?.missed == 9)
        for mangled in [[], Array("1 2 3".utf8), Array(mark.value.dropLast())] {
            #expect(DayClock.Mark(mangled) == nil)
        }
    }
}

extension MonotonicInstant {
    /// So long after the beginning of a test.
    static func after(_ duration: Duration) -> Self { Self(nanoseconds: 5_000_000_000) + duration }
}
