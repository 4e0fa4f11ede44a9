/// What has been taken from one cap on one day, and what of the cap may be spent.
///
/// **Reserved ahead.** A crash must not make the queue forget what has left. So the count on disk runs before the mail:
/// before a part (`chunk`) of the cap is spent, it is written down as spent. After a crash what the disk says counts,
/// at most two chunks too much; that much of one day's cap is lost, and no cap is ever exceeded.
struct DayCount: Hashable, Sendable {
    /// The day it counts.
    private(set) var day: Int
    /// Taken and not given back. Deliveries whose outcome is open are among them.
    private(set) var sent = 0
    private(set) var delivered = 0
    private(set) var failed = 0
    /// Put off by greylisting. Not stored: after a restart the day asks for more than it need, never for less.
    private(set) var greylisted = 0
    /// Durable: so many may be taken before the next part is written.
    private(set) var reserved = 0
    /// Taken and not settled, whenever that was.
    private(set) var open = 0
    /// At most so many of the open ones were taken on an earlier day and will come back untried.
    private var early = 0
    /// So many of the open ones were taken before today: what is delivered next is credited to yesterday.
    private var owed = 0

    /// Somebody has asked for it, today or the day before: a part is reserved before the next one asks.
    private(set) var isWanted = false

    init(day: Int) { self.day = day }

    /// What is known after a restart: all that was reserved counts as sent, and nothing is open.
    init(day: Int, reserved: Int, delivered: Int, failed: Int) {
        self.day = day
        self.reserved = reserved
        self.delivered = delivered
        self.failed = failed
        sent = reserved
        isWanted = reserved > 0
    }

    /// The part of a cap that is reserved at a time: 2 %, at least ten. A crash costs two of them at most: 4 % of the
    /// cap, or twenty deliveries.
    static func chunk(of cap: Int) -> Int { max(10, cap / 50) }

    mutating func turn(to day: Int) {
        self.day = day
        isWanted = sent > 0
        sent = 0
        delivered = 0
        failed = 0
        greylisted = 0
        reserved = 0
        early = open
        owed = open
    }

    /// - Parameter cap: `nil`: unlimited, and nothing is reserved.
    /// - Returns: how many may be taken now.
    func available(_ cap: Int?, isDurable: Bool) -> Int {
        guard let cap else { return .max }
        return max(0, (isDurable ? min(cap, reserved) : cap) - sent)
    }

    mutating func take(_ count: Int) {
        sent += count
        open += count
    }

    /// What was taken today, and will not be tried.
    mutating func untake(_ count: Int) {
        let count = min(count, open, sent)
        sent -= count
        open -= count
        early = min(early, open)
        owed = min(owed, open)
    }

    /// Somebody would take if something were reserved.
    mutating func want() { isWanted = true }

    /// How far the next part reaches, when it is time to write it.
    func nextReservation(_ cap: Int) -> Int? {
        guard isWanted, sent < cap, reserved < cap, reserved - sent <= Self.chunk(of: cap) / 2 else { return nil }
        return min(cap, max(reserved, sent) + Self.chunk(of: cap))
    }

    /// Much has come back untried: less need be reserved.
    func isExcessive(_ cap: Int) -> Bool { reserved - sent > 2 * Self.chunk(of: cap) }

    /// Before the lower figure is written: what is on disk is never less than what may be spent.
    mutating func trim(_ cap: Int) {
        if isExcessive(cap) { reserved = sent + Self.chunk(of: cap) }
    }

    mutating func reserve(_ count: Int, on day: Int) {
        if day == self.day { reserved = max(reserved, count) }
    }

    /// Which of the open deliveries these were, nobody says. What comes back untried is taken to be of an earlier day
    /// as long as such may be open, and then gives nothing back: a refund on the wrong day would let out more than the
    /// cap.
    /// - Returns: of the delivered ones, how many count for yesterday.
    mutating func settle(delivered: Int, failed: Int, greylisted: Int = 0, untried: Int) -> Int {
        precondition(delivered >= 0 && failed >= 0 && greylisted >= 0 && untried >= 0, "settling less than nothing")
        let late = min(untried, early)
        early -= late
        owed = max(0, owed - late)
        // What was counted before a reload or a restart is not open here; it gives nothing back.
        let refund = min(untried - late, open, sent)
        sent -= refund
        open = max(0, open - delivered - failed - greylisted - untried)
        early = min(early, open)
        let before = min(delivered + failed + greylisted, owed)
        owed = min(owed - before, open)
        let beforeDelivered = min(delivered, before)
        let beforeFailed = min(failed, before - beforeDelivered)
        self.delivered += delivered - beforeDelivered
        self.failed += failed - beforeFailed
        self.greylisted += greylisted - (before - beforeDelivered - beforeFailed)
        return beforeDelivered
    }
}
