import Glibc
import Logging
import MTA

/// How many files and sockets this process may have open at once.
///
/// The usual soft limit of 1,024 exists for programs that call select(2) and is far below one connection a client. What
/// the administrator allows is the hard limit, so that is what the engine takes.
enum DescriptorLimit {
    /// For segments, databases, resolvers and HTTP, beside what the ports and the queue need.
    private static let others = 256

    /// Raises the soft limit to the hard one.
    /// - Returns: how many there may be; `nil` when that cannot be told.
    static func raise() -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            var wanted = limit
            wanted.rlim_cur = limit.rlim_max
            if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Says what there is, and that it is too little for what the configuration allows.
    static func report(_ limit: Int?, for configuration: Configuration, log: Logger) {
        guard let limit else { return log.warning("the limit of open files cannot be told") }
        let ports = configuration.listeners.count + configuration.inbound.listeners.count
        let sessions = (configuration.listeners + configuration.inbound.listeners)
            .reduce(0) { $0 + $1.options.limits.connections }
        log.notice("open files", metadata: ["limit": "\(limit)"])
        // One descriptor a session; deliveries use what is left.
        if limit < sessions + others {
            log.warning(
                """
                the limit of open files is below what the ports may have open: connections will wait until others end; \
                raise it (LimitNOFILE in systemd, ulimit -n), or lower server.connections
                """,
                metadata: ["limit": "\(limit)", "ports": "\(ports)", "connections": "\(sessions)"])
        }
    }
}
