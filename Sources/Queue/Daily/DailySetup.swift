/// Everything that the configuration says about days: whose days they are, warm-ups and quotas.
package struct DailySetup: Hashable, Sendable {
    package static let none = DailySetup()

    package var calendar: DayCalendar
    package var warmups: WarmupTable
    package var quotas: QuotaTable

    package init(calendar: DayCalendar = .utc, warmups: WarmupTable = .none, quotas: QuotaTable = .none) {
        self.calendar = calendar
        self.warmups = warmups
        self.quotas = quotas
    }

    /// Nothing is counted: the queue needs no ledger.
    package var isEmpty: Bool { warmups.isEmpty && quotas.isEmpty }
}
