package import Loop
package import Mail
import Synchronization

/// Requests to strangers: libcurl on one event loop, with our own resolver and a guard in front of every connection.
///
/// May be called from anywhere; everything happens on its loop. Only `https` with a certificate that holds, only to
/// global addresses, never a redirection, a proxy, a cookie or a password from the environment, within the request's
/// time and size. The options may loosen that for development.
/// - Throws: `.badURL` also for a header field that cannot be sent.
/// - Traps: the loop must run until `close` has returned, or waiting requests are never answered.
/// - Note: not handled: HTTP/2, compression of bodies, internationalised names in other form than A-labels.
package final class CurlFetcher: HTTPFetcher, Sendable {
    private let driver: CurlDriver
    private let options: HTTPClientOptions
    private let addressGuard: AddressGuard
    private let isClosed = Atomic(false)

    package init(options: HTTPClientOptions = HTTPClientOptions(), resolver: any Resolver, on loop: EventLoop) {
        self.options = options
        driver = CurlDriver(resolver: resolver, on: loop)
        addressGuard = AddressGuard(allowsLoopback: options.allowsLoopback, allowed: options.allowedNetworks)
    }

    deinit { driver.loop.submit { [driver] in driver.close() } }

    package func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched {
        let exchange = try Exchange(request, options: options, addressGuard: addressGuard)
        let driver = driver
        let outcome: Exchange.Outcome = await unsafe suspend { continuation in
            driver.loop.submit {
                unsafe driver.begin(exchange, continuation, isClosed: self.isClosed.load(ordering: .acquiring))
            }
        } onCancel: {
            driver.loop.submit { driver.cancel(exchange) }
        }
        return try outcome.get()
    }

    /// Refuses new requests and fails those under way as cancelled.
    package func close() async {
        isClosed.store(true, ordering: .releasing)
        await unsafe suspend { (continuation: UnsafeContinuation<Void, Never>) in
            driver.loop.submit { [driver] in
                driver.close()
                unsafe continuation.resume()
            }
        }
    }
}
