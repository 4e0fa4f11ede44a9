import CCurl
import Loop
import Mail

/// Runs libcurl on an event loop: curl says which sockets it waits for and until when, the loop tells it when.
///
/// `@unchecked Sendable`: everything runs on the loop's thread, except `deinit`, when nobody else is left.
@safe
final class CurlDriver: @unchecked Sendable {
    let loop: EventLoop
    private let resolver: any Resolver
    /// `nil` once closed.
    private var multi: CurlMulti?
    private var watches: [Int32: DescriptorWatch] = [:]
    private var timer: LoopTimer?
    private var exchanges: [Int: Exchange] = [:]
    /// By the address of the handle.
    private var transfers: [UInt: Exchange] = [:]
    private var lastNumber = 0

    init(resolver: any Resolver, on loop: EventLoop) {
        self.resolver = resolver
        self.loop = loop
    }

    deinit { shut() }

    /// Makes curl's part; with the first request, since it has to happen on the loop.
    private func open(_ options: HTTPClientOptions) {
        guard multi == nil else { return }
        let new = CurlMulti()
        let me = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe martlet_multi_on_socket(new.raw, curlDriverSocket, me)
        _ = unsafe martlet_multi_on_timer(new.raw, curlDriverTimer, me)
        new.set(CURLMOPT_MAX_HOST_CONNECTIONS, max(1, options.connectionsPerHost))
        new.set(CURLMOPT_MAX_TOTAL_CONNECTIONS, max(1, options.connections))
        new.set(CURLMOPT_MAXCONNECTS, max(1, options.keptConnections))
        multi = consume new
        timer = LoopTimer(on: loop) { [unowned self] in act(on: -1, 0) }
    }

    // MARK: The life of an exchange

    func begin(
        _ exchange: Exchange, _ continuation: UnsafeContinuation<Exchange.Outcome, Never>, isClosed: Bool
    ) {
        unsafe exchange.wait(with: continuation)
        if exchange.isCancelled || isClosed { return exchange.answer(.failure(.cancelled)) }
        open(exchange.options)
        lastNumber += 1
        exchange.number = lastNumber
        exchanges[lastNumber] = exchange
        let deadline = loop.time.now + exchange.timeout
        let timer = LoopTimer(on: loop) { [unowned self, unowned exchange] in
            let rest = deadline - loop.time.now
            if rest > .zero { exchange.timer?.set(after: rest) } else { finish(exchange, .failure(.timedOut)) }
        }
        exchange.timer = timer
        timer.set(after: exchange.timeout)
        if let address = exchange.target.literal { return transfer(exchange, to: [address]) }
        let resolver = resolver
        let host = exchange.target.host
        Task(executorPreference: loop) { [loop] in
            let found = try? await resolver.addresses(host).records
            loop.submit { self.transfer(exchange, to: found ?? []) }
        }
    }

    func cancel(_ exchange: Exchange) {
        exchange.isCancelled = true
        finish(exchange, .failure(.cancelled))
    }

    private func transfer(_ exchange: Exchange, to addresses: [IPAddress]) {
        guard exchange.isWaitedFor else { return }
        if addresses.isEmpty { return finish(exchange, .failure(.unresolvable)) }
        exchange.addresses = addresses.filter { exchange.addressGuard.permits($0) }
        if exchange.addresses.isEmpty { return finish(exchange, .failure(.forbiddenAddress)) }
        guard exchange.prepare(), let key = exchange.easy?.key else {
            return finish(exchange, .failure(.unreachable(reason: "this libcurl lacks an option that is needed")))
        }
        transfers[key] = exchange
        guard add(exchange) else { return finish(exchange, .failure(.unreachable(reason: "out of memory"))) }
    }

    private func add(_ exchange: Exchange) -> Bool {
        guard let easy = exchange.easy.take() else { return false }
        let isAdded = multi?.add(easy) == true
        exchange.easy = consume easy
        return isAdded
    }

    private func finish(_ exchange: Exchange, _ outcome: Exchange.Outcome) {
        exchanges[exchange.number] = nil
        if let easy = exchange.easy.take() {
            if transfers.removeValue(forKey: easy.key) != nil { multi?.remove(easy) }
        }
        exchange.answer(outcome)
    }

    // MARK: Between curl and the loop

    fileprivate func watch(_ socket: Int32, for what: Int32) {
        watches[socket] = nil
        var interest: DescriptorWatch.Interest = []
        if what & CURL_POLL_IN != 0 { interest.insert(.reading) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writing) }
        if what == CURL_POLL_REMOVE || interest.isEmpty { return }
        watches[socket] = DescriptorWatch(socket, for: interest, on: loop) { [unowned self] ready in
            var events: Int32 = 0
            if ready.contains(.reading) { events |= CURL_CSELECT_IN }
            if ready.contains(.writing) { events |= CURL_CSELECT_OUT }
            act(on: socket, events)
        }
    }

    /// curl must not be called from within this one, so even a timeout of 0 goes by the timer.
    fileprivate func wake(afterMilliseconds delay: Int) {
        if delay < 0 { timer?.clear() } else { timer?.set(after: .milliseconds(delay)) }
    }

    private func act(on socket: Int32, _ events: Int32) {
        multi?.act(on: socket, events)
        while let (key, code) = multi?.nextEnded() {
            guard let exchange = transfers[key] else { continue }
            finish(exchange, exchange.outcome(of: code))
        }
    }

    /// Ends everything. Requests that are under way fail as cancelled.
    func close() {
        for exchange in Array(exchanges.values) { finish(exchange, .failure(.cancelled)) }
        shut()
    }

    private func shut() {
        guard let old = multi.take() else { return }
        // What curl closes now is no longer watched, and it calls nobody any more.
        watches = [:]
        timer = nil
        _ = unsafe martlet_multi_on_socket(old.raw, nil, nil)
        _ = unsafe martlet_multi_on_timer(old.raw, nil, nil)
    }
}

private func curlDriverSocket(
    _: UnsafeMutableRawPointer?, _ socket: Int32, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<CurlDriver>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.watch(socket, for: what) }
    return 0
}

private func curlDriverTimer(
    _: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = unsafe context else { return 0 }
    unsafe Unmanaged<CurlDriver>.fromOpaque(context)._withUnsafeGuaranteedRef {
        $0.wake(afterMilliseconds: milliseconds)
    }
    return 0
}
