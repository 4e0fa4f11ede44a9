import CEvent

/// Owns one libevent base. Touched only by the thread of its loop: it is created without locks.
@safe
struct EventBase: ~Copyable {
    let raw: OpaquePointer

    init() throws(LoopFailure) {
        guard let configuration = unsafe event_config_new() else { throw .noEventBase }
        defer { unsafe event_config_free(configuration) }
        unsafe event_config_set_flag(configuration, Int32(EVENT_BASE_FLAG_NOLOCK.rawValue))
        guard let base = unsafe event_base_new_with_config(configuration) else { throw .noEventBase }
        unsafe raw = unsafe base
    }

    /// Runs the callbacks of what is ready. With `waiting` it waits until something is.
    ///
    /// The one place where a loop sleeps, so that a profile shows its idle time under one name.
    @inline(never)
    borrowing func turn(waiting: Bool) {
        _ = unsafe event_base_loop(raw, EVLOOP_ONCE | (waiting ? 0 : EVLOOP_NONBLOCK))
    }

    deinit { unsafe event_base_free(raw) }
}
