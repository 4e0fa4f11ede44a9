import CoreMetrics
import HTTPTypes
import Synchronization

/// `martlet_http_requests_total` by method and class of status. Each counter is made when it is first needed; methods
/// that no route has are counted together, so that strangers cannot make as many series as they like.
final class RequestCounts: Sendable {
    private let counters: Mutex<[Counter?]>
    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete, .head, .options]
    private static let classes = 6

    init() { counters = Mutex(Array(repeating: nil, count: (Self.methods.count + 1) * Self.classes)) }

    func count(_ method: HTTPRequest.Method, status: Int) {
        let known = Self.methods.firstIndex(of: method)
        let statusClass = min(max(status / 100, 0), Self.classes - 1)
        let place = (known ?? Self.methods.count) * Self.classes + statusClass
        let counter = counters.withLock { counters in
            if let counter = counters[place] { return counter }
            let counter = Counter(
                label: "martlet_http_requests_total",
                dimensions: [("method", known == nil ? "other" : method.rawValue), ("status", "\(statusClass)xx")])
            counters[place] = counter
            return counter
        }
        counter.increment()
    }
}
