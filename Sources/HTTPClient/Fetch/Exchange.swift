import CCurl
import Loop
import Mail

/// One request and what has come of its answer.
///
/// It is finished once, by whatever comes first: the end of the transfer, its deadline, its cancellation, or the end
/// of the client. The driver holds it until then, so curl's pointer to it is never stale.
///
/// `@unchecked Sendable`: touched on the loop's thread only; other threads just pass the reference there.
@safe
final class Exchange: @unchecked Sendable {
    typealias Outcome = Result<HTTPFetched, HTTPFetchFailure>

    let request: HTTPFetch
    let target: FetchTarget
    let headers: [String]
    let options: HTTPClientOptions
    let addressGuard: AddressGuard
    /// Where it may connect to: looked up once and checked.
    var addresses: [IPAddress] = []
    var easy: CurlEasy?
    var timer: LoopTimer?
    /// Names the exchange in the driver's table.
    var number = 0
    var isCancelled = false
    private(set) var body: [UInt8] = []
    private var headerBytes = 0
    /// Why a callback made curl stop.
    private var refusal: HTTPFetchFailure?
    private var continuation: UnsafeContinuation<Outcome, Never>?

    init(_ request: HTTPFetch, options: HTTPClientOptions, addressGuard: AddressGuard) throws(HTTPFetchFailure) {
        self.request = request
        self.options = options
        self.addressGuard = addressGuard
        target = try FetchTarget(request.url, options: options)
        headers = try FetchHeaders.lines(for: request)
    }

    var timeout: Duration { max(.milliseconds(1), min(request.timeout, options.longestTimeout)) }

    var isWaitedFor: Bool { unsafe continuation != nil }

    func wait(with continuation: UnsafeContinuation<Outcome, Never>) { unsafe self.continuation = unsafe continuation }

    /// Does nothing the second time. The driver calls it, and has taken the transfer out of curl before.
    func answer(_ outcome: Outcome) {
        guard let waiting = unsafe continuation else { return }
        unsafe continuation = nil
        timer = nil
        easy = nil
        unsafe waiting.resume(returning: outcome)
    }

    /// What the ended transfer amounts to.
    func outcome(of code: CURLcode) -> Outcome {
        if let refusal { return .failure(refusal) }
        guard code == CURLE_OK else {
            let words = easy?.words(for: code) ?? ""
            return .failure(HTTPFetchFailure(code, words: words, limit: request.limit))
        }
        return .success(
            HTTPFetched(status: easy?.status() ?? 0, contentType: easy?.contentType() ?? "", body: body))
    }

    // MARK: curl's callbacks

    /// False: stop.
    fileprivate func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= request.limit - body.count else {
            refusal = .tooLarge(limit: request.limit)
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    fileprivate func receivedHeader(_ count: Int) -> Bool {
        headerBytes += count
        guard headerBytes <= options.headerLimit else {
            refusal = .malformed(reason: "header fields above \(options.headerLimit) bytes")
            return false
        }
        return true
    }

    /// The second look, at the address that is really connected to: nothing but what was looked up and permitted,
    /// however curl came to it.
    func mayConnect(to address: IPAddress) -> Bool {
        if addresses.contains(address) && addressGuard.permits(address) { return true }
        refusal = .forbiddenAddress
        return false
    }
}

/// The three functions that curl calls for a transfer.
enum ExchangeCallbacks {
    static let body: curl_write_callback = { bytes, size, count, context in
        guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
        let total = size * count
        let isTaken = unsafe Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef {
            unsafe $0.receivedBody(UnsafeRawBufferPointer(start: bytes, count: total))
        }
        return isTaken ? total : 0
    }

    static let header: curl_write_callback = { _, size, count, context in
        guard let context = unsafe context else { return 0 }
        let total = size * count
        let isTaken = unsafe Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef {
            $0.receivedHeader(total)
        }
        return isTaken ? total : 0
    }

    static let connect: curl_opensocket_callback = { context, _, address in
        guard let context = unsafe context, let address = unsafe address else { return -1 }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe Int(martlet_connect_address(address, &bytes))
        guard let ip = IPAddress(octets: bytes.span.extracting(0..<count)) else { return -1 }
        let isAllowed = unsafe Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef {
            $0.mayConnect(to: ip)
        }
        return isAllowed ? unsafe martlet_connect_socket(address) : -1
    }
}
