package import Loop
import Mail

/// What a source sends to the API, and how.
package struct APIPlan: Sendable {
    package var target: SocketAddress
    package var extent: LoadPlan.Extent
    /// With the scope to send.
    package var key: String
    /// Bytes of the text; what the engine makes of it has some 400 more.
    package var size = 1024
    /// Kept connections, with one request under way on each.
    package var connections = 20
    /// Messages in a request, up to 1,000 by `POST /v1/messages/batch`; `nil`: one, by `POST /v1/messages/send`.
    package var batch: Int?
    /// Domains that recipients have, in turn.
    package var domains = 1
    /// Of the text.
    package var seed: UInt64 = 1
    /// Messages a second, evenly spaced; `nil`: as fast as it goes.
    package var rate: Double?
    /// Event loops.
    package var loops = 1
    package var sender = "a@src.example"
    /// How often a request that is put off (429, 503) or breaks off is tried, the first time included.
    package var attempts = 5
    /// The pause before the second attempt; before the third twice that, and so on.
    package var pause: Duration = .milliseconds(100)
    /// The longest time for one request.
    package var patience: Duration = .seconds(60)

    package init(target: SocketAddress, extent: LoadPlan.Extent, key: String) {
        self.target = target
        self.extent = extent
        self.key = key
    }

    /// Messages in one request, at least 1.
    var messagesPerRequest: Int { max(1, batch ?? 1) }

    /// Requests are what tickets are drawn for; the last one has what is left.
    var requests: LoadPlan.Extent {
        switch extent {
        case .messages(let count):
            let each = messagesPerRequest
            return .messages(count / each + (count % each > 0 ? 1 : 0))
        case .time: return extent
        }
    }

    /// Messages in this request.
    func messages(in request: Int) -> Int {
        switch extent {
        case .messages(let count): min(messagesPerRequest, max(0, count - request * messagesPerRequest))
        case .time: messagesPerRequest
        }
    }
}
