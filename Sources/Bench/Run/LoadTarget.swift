package import Glibc

/// What stands between source and sink: an engine, as a process with all its descendants.
package protocol LoadTarget: AnyObject {
    var pid: pid_t { get }
    var isRunning: Bool { get }
    /// How often it has synced; `nil` where it does not count that.
    var syncs: Int? { get }
    /// What it did wrong, with the end of its log.
    func failure(_ what: String) -> RunFailure
}
