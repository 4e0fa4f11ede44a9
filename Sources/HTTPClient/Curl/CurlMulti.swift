import CCurl

/// Owns libcurl's set of running transfers and kept connections. Used on one loop only.
@safe
struct CurlMulti: ~Copyable {
    let raw: UnsafeMutableRawPointer

    /// libcurl has to be set up once in a process, before anything else of it.
    private static let isSetUp: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    init() {
        precondition(Self.isSetUp, "libcurl cannot be set up")
        guard let new = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
        unsafe raw = unsafe new
    }

    deinit { unsafe curl_multi_cleanup(raw) }

    borrowing func set(_ option: CURLMoption, _ value: Int) { _ = unsafe martlet_multi_number(raw, option, value) }

    /// Starts a transfer. False: libcurl has no memory for it.
    borrowing func add(_ easy: borrowing CurlEasy) -> Bool {
        unsafe curl_multi_add_handle(raw, easy.raw) == CURLM_OK
    }

    /// Ends a transfer, whatever it does. Not to be called within one of its callbacks.
    borrowing func remove(_ easy: borrowing CurlEasy) { _ = unsafe curl_multi_remove_handle(raw, easy.raw) }

    /// Lets curl read and write what is ready.
    borrowing func act(on socket: Int32, _ events: Int32) {
        var running: Int32 = 0
        _ = unsafe curl_multi_socket_action(raw, socket, events, &running)
    }

    /// The next transfer that has ended by itself.
    borrowing func nextEnded() -> (key: UInt, code: CURLcode)? {
        var code = CURLE_OK
        guard let easy = unsafe martlet_multi_next_ended(raw, &code) else { return nil }
        return (UInt(bitPattern: easy), code)
    }
}
