import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 as Hummingbird speaks it, each connection handled on its own loop.
struct PinnedConnections: ServerChildChannel {
    let http: HTTP1Channel

    static func server(_ configuration: HTTP1Channel.Configuration) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            PinnedConnections(http: HTTP1Channel(responder: responder, configuration: configuration))
        }
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http.setup(channel: channel, logger: logger)
    }

    @concurrent func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(ConnectionExecutor(value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}
