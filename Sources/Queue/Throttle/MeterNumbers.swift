/// The counters of a ledger that must agree to one batch, the most specific first.
package struct MeterNumbers: RandomAccessCollection, Hashable, Sendable {
    package var source: UInt32
    package var campaign: UInt32
    package var tenant: UInt32

    package init(source: UInt32 = .max, campaign: UInt32 = .max, tenant: UInt32 = .max) {
        self.source = source
        self.campaign = campaign
        self.tenant = tenant
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { 3 }

    package subscript(place: Int) -> UInt32 {
        switch place {
        case 0: source
        case 1: campaign
        default: tenant
        }
    }

    /// Nothing limits the batch.
    package var isNone: Bool { source == .max && campaign == .max && tenant == .max }
}
