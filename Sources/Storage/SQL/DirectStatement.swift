import GRDB
import GRDBSQLite

/// A prepared statement that is bound and stepped without GRDB's arguments and rows, which cost 15 µs a row: the
/// journal's projection writes tens of thousands of rows a second.
///
/// GRDB prepares it, keeps it in the connection's cache and finalizes it; it is used inside one access of that
/// connection only, on the connection's queue.
@safe struct DirectStatement {
    /// Keeps `raw` alive.
    private let owner: Statement
    private let raw: SQLiteStatement

    init(_ db: Database, _ sql: String) throws {
        owner = try db.cachedStatement(sql: sql)
        unsafe raw = owner.sqliteStatement
    }

    /// Indexes count from 1, as in SQL. Binding cannot fail for an index that the SQL has, apart from lack of memory.
    func bind(_ index: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(raw, index, value) }
    func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { _ = unsafe sqlite3_bind_null(raw, index) }
    }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            _ = unsafe sqlite3_bind_null(raw, index)
            return
        }
        value.withUTF8 { text in
            // An empty buffer may have no address, which SQLite would take for NULL.
            if let start = text.baseAddress {
                unsafe start.withMemoryRebound(to: CChar.self, capacity: text.count) { characters in
                    _ = unsafe sqlite3_bind_text(raw, index, characters, Int32(text.count), Self.copied)
                }
            } else {
                _ = unsafe sqlite3_bind_text(raw, index, "", 0, Self.copied)
            }
        }
    }

    /// The 16 bytes of an identifier.
    func bind(_ index: Int32, high: UInt64, low: UInt64) {
        let bytes: (UInt64, UInt64) = (high.bigEndian, low.bigEndian)
        unsafe withUnsafeBytes(of: bytes) { bytes in
            _ = unsafe sqlite3_bind_blob(raw, index, bytes.baseAddress, 16, Self.copied)
        }
    }

    /// Runs a statement that gives no row.
    func run() throws {
        defer { reset() }
        let code = unsafe sqlite3_step(raw)
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    /// Runs a statement that gives one row or none; `read` gets its columns.
    func first<Result>(_ read: (Columns) -> Result) throws -> Result? {
        defer { reset() }
        let code = unsafe sqlite3_step(raw)
        if code == SQLITE_DONE { return nil }
        guard code == SQLITE_ROW else { throw failure(code) }
        return unsafe read(Columns(raw: raw))
    }

    /// The columns of the row that a statement stands on. Indexes count from 0.
    @safe struct Columns {
        fileprivate let raw: SQLiteStatement

        func integer(_ index: Int32) -> Int64 { unsafe sqlite3_column_int64(raw, index) }

        func optionalInteger(_ index: Int32) -> Int64? {
            unsafe sqlite3_column_type(raw, index) == SQLITE_NULL ? nil : sqlite3_column_int64(raw, index)
        }
    }

    private func reset() {
        unsafe sqlite3_reset(raw)
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let connection = unsafe sqlite3_db_handle(raw)
        return DatabaseError(
            resultCode: ResultCode(rawValue: unsafe sqlite3_extended_errcode(connection)),
            message: unsafe String(cString: sqlite3_errmsg(connection)))
    }

    /// SQLITE_TRANSIENT: SQLite copies what is bound, so nothing has to outlive the call.
    private static var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}
