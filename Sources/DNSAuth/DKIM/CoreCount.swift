import Glibc

extension DKIMSigner {
    /// Cores this machine runs on; at least 1.
    static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
