import Mail

/// Says which sending day it is. A pure value, moved by the monotonic clock; the wall clock only proposes.
///
/// **Wall clocks are set.** If a new day began whenever the wall says so, a clock set forward by a day would give every
/// source a second cap at once, and one set back would stop them until the old time is reached again. So a day lasts at
/// least `shortest` and at most `longest` by the monotonic clock; in between it ends when the wall shows a later day
/// than the one it began on. A civil day, of 23 to 25 hours with summer time, fits between the two. A day's beginning
/// is the wall's midnight even if nobody looked then, unless mail of the day before has left since: therefore in any 20
/// hours no more leaves than the caps of two days in a row allow, and after 28 hours there is a new one.
///
/// After a restart the time that has passed is what the wall says since the last stored mark, at least nothing.
struct DayClock: Hashable, Sendable {
    static let shortest = Duration.seconds(20 * 3_600)
    static let longest = Duration.seconds(28 * 3_600)
    /// A wall clock that was set is noticed after so long.
    private static let glance = Duration.seconds(60).wholeNanoseconds

    /// Another one is obeyed at the next look.
    var calendar: DayCalendar { didSet { next = .min } }
    private var clock = ThrottleClock()
    /// Counts the days that this queue has begun; never goes back.
    private(set) var ordinal = 0
    /// The civil day it began on.
    private(set) var label: SendingDay
    /// On the clock; before zero for what began before this process.
    private var began: Int64
    private var lastUse: Int64
    /// When the wall is looked at again.
    private var next: Int64
    private var nextDay: Int64 = 0
    /// The wall's next midnight.
    private var foretold: Int64 = .min

    /// What is stored of it. Times are milliseconds.
    struct Mark: Hashable, Sendable {
        var ordinal: Int
        var label: Int
        /// How old the day was, and how old when mail last left.
        var age: Int64
        var used: Int64
        /// What the wall showed.
        var wall: Int64
    }

    /// A turn from one day to the next.
    struct Turn: Hashable, Sendable {
        var ordinal: Int
        var label: SendingDay
        /// Whole days between the old one and this, on which nobody asked.
        var missed: Int
    }

    /// The first day of all: it began when the wall's did.
    init(_ calendar: DayCalendar, at now: MonotonicInstant, wall: WallTime) {
        self.calendar = calendar
        let t = clock.advance(to: now)
        label = calendar.day(at: wall)
        began = t - Self.span(from: calendar.start(of: label), to: wall)
        lastUse = began
        next = t
        schedule(t, wall)
    }

    init(_ calendar: DayCalendar, resuming mark: Mark, at now: MonotonicInstant, wall: WallTime) {
        self.calendar = calendar
        let t = clock.advance(to: now)
        ordinal = mark.ordinal
        label = SendingDay(number: mark.label)
        let since = Self.span(from: WallTime(milliseconds: mark.wall), to: wall)
        began = t - since - Self.nanoseconds(mark.age)
        lastUse = began + Self.nanoseconds(mark.used)
        next = t
        schedule(t, wall)
        // The day may have ended while nobody was there.
        next = t
    }

    /// Nothing is known of the day before a restart but its number: it is taken to begin now.
    init(_ calendar: DayCalendar, continuing ordinal: Int, at now: MonotonicInstant, wall: WallTime) {
        self.calendar = calendar
        let t = clock.advance(to: now)
        self.ordinal = ordinal
        label = calendar.day(at: wall)
        began = t
        lastUse = t
        next = t
        schedule(t, wall)
    }

    /// - Parameter wall: asked only when it matters.
    /// - Returns: the turn, when a new day has begun.
    mutating func look(at now: MonotonicInstant, wall: () -> WallTime) -> Turn? {
        let t = clock.advance(to: now)
        if t < next { return nil }
        let wall = wall()
        let age = t - began
        let today = calendar.day(at: wall)
        guard age >= Self.longest.wholeNanoseconds || age >= Self.shortest.wholeNanoseconds && today > label else {
            schedule(t, wall)
            return nil
        }
        // Midnight by the wall, if nothing of the day before has left since.
        let midnight = t - Self.span(from: calendar.start(of: today), to: wall)
        let beginning = min(t, max(midnight, began + Self.shortest.wholeNanoseconds, lastUse))
        let day = Duration.seconds(86_400).wholeNanoseconds
        let missed = max(0, (beginning - began + day / 2) / day - 1)
        ordinal += 1
        label = today
        began = beginning
        lastUse = max(lastUse, began)
        schedule(t, wall)
        return Turn(ordinal: ordinal, label: label, missed: Int(missed))
    }

    /// Mail of this day leaves.
    mutating func use() { lastUse = clock.now }

    /// When the next day begins, if the clocks go on evenly.
    var nextStart: MonotonicInstant { clock.instant(of: nextDay) }

    /// When a civil day begins, as far as the wall knows now; not before the next sending day.
    func start(of day: SendingDay, wall: WallTime) -> MonotonicInstant {
        let ahead = Self.span(from: wall, to: calendar.start(of: day))
        return max(clock.instant(of: clock.now + ahead), nextStart)
    }

    mutating func mark(at now: MonotonicInstant, wall: WallTime) -> Mark {
        Mark(
            ordinal: ordinal, label: label.number, age: (clock.advance(to: now) - began) / 1_000_000,
            used: (lastUse - began + 999_999) / 1_000_000, wall: wall.milliseconds)
    }

    private mutating func schedule(_ t: Int64, _ wall: WallTime) {
        // The wall counts whole milliseconds, so this is up to one late. What was foretold before is no later.
        var midnight = t + Self.span(from: wall, to: calendar.start(of: label + 1))
        if (midnight - 1_000_000...midnight).contains(foretold) { midnight = foretold }
        foretold = midnight
        nextDay = min(
            max(midnight, began + Self.shortest.wholeNanoseconds, t + 1),
            max(began + Self.longest.wholeNanoseconds, t + 1))
        next = min(nextDay, t + Self.glance)
    }

    /// Nanoseconds between two wall times, at least nothing and at most ten years.
    private static func span(from a: WallTime, to b: WallTime) -> Int64 {
        let (difference, overflow) = b.milliseconds.subtractingReportingOverflow(a.milliseconds)
        if overflow { return b > a ? nanoseconds(.max) : 0 }
        return nanoseconds(difference)
    }

    private static func nanoseconds(_ milliseconds: Int64) -> Int64 {
        min(max(milliseconds, 0), 315_360_000_000) * 1_000_000
    }
}
