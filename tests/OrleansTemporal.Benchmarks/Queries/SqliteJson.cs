using System.Runtime.InteropServices;
using System.Text;

namespace OrleansTemporal.Benchmarks.Queries;

/// <summary>SQLite, through its C interface, as far as the comparison needs it.</summary>
internal sealed partial class SqliteJson : IDisposable
{
    private const string Library = "libsqlite3.so.0";
    private const int Row = 100;
    private const int Done = 101;

    private readonly nint database;

    private SqliteJson(nint database) => this.database = database;

    /// <summary>Opens it; null where the library is not installed.</summary>
    public static SqliteJson? TryOpen(string path = ":memory:")
    {
        if (!NativeLibrary.TryLoad(Library, out _))
        {
            return null;
        }

        Check(Open(Encoding.UTF8.GetBytes(path + "\0"), out var database), 0);
        return new SqliteJson(database);
    }

    public string Version => Scalar("SELECT sqlite_version()");

    /// <summary>Fills a table <c>d</c> with documents as text in its column <c>v</c>.</summary>
    public void Fill(QueryDocuments documents)
    {
        Run("CREATE TABLE d(k INTEGER PRIMARY KEY, v TEXT)");
        Run("BEGIN");
        Check(Prepare(database, Encoding.UTF8.GetBytes("INSERT INTO d VALUES(?, ?)\0"), -1, out var insert, 0), 0);
        for (var i = 0; i < documents.Count; i++)
        {
            var value = documents[i].ToArray();
            Check(BindNumber(insert, 1, i), 0);
            Check(BindText(insert, 2, value, value.Length, -1), 0);
            Check(Step(insert), Done);
            Check(Reset(insert), 0);
        }

        Check(Finish(insert), 0);
        Run("COMMIT");
    }

    /// <summary>Keeps versions as a table would; returns the bytes of the database, vacuumed.</summary>
    public long FillHistory(int keys, int versions, Func<int, int, byte[]> document)
    {
        Run("CREATE TABLE h(k TEXT, s INTEGER, t INTEGER, v TEXT, PRIMARY KEY(k, s)) WITHOUT ROWID");
        Run("BEGIN");
        Check(Prepare(database, Encoding.UTF8.GetBytes("INSERT INTO h VALUES(?, ?, ?, ?)\0"), -1, out var insert, 0), 0);
        var sequence = 0L;
        for (var version = 0; version < versions; version++)
        {
            for (var key = 0; key < keys; key++)
            {
                var (name, value) = (Encoding.UTF8.GetBytes($"c{key:D8}"), document(key, version));
                Check(BindText(insert, 1, name, name.Length, -1), 0);
                Check(BindNumber(insert, 2, ++sequence), 0);
                Check(BindNumber(insert, 3, 1_760_000_000_000 + sequence), 0);
                Check(BindText(insert, 4, value, value.Length, -1), 0);
                Check(Step(insert), Done);
                Check(Reset(insert), 0);
            }
        }

        Check(Finish(insert), 0);
        Run("COMMIT");
        Run("VACUUM");
        return long.Parse(Scalar("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The first column of the first row.</summary>
    public string Scalar(string sql)
    {
        Check(Prepare(database, Encoding.UTF8.GetBytes(sql + "\0"), -1, out var statement, 0), 0);
        Check(Step(statement), Row);
        var text = Marshal.PtrToStringUTF8(ColumnText(statement, 0)) ?? "";
        Check(Finish(statement), 0);
        return text;
    }

    public void Dispose() => Check(Close(database), 0);

    private void Run(string sql)
    {
        Check(Prepare(database, Encoding.UTF8.GetBytes(sql + "\0"), -1, out var statement, 0), 0);
        Check(Step(statement), Done);
        Check(Finish(statement), 0);
    }

    private static void Check(int result, int expected)
    {
        if (result != expected)
        {
            throw new InvalidOperationException($"SQLite answers {result}.");
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_open")]
    private static partial int Open(byte[] name, out nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_close")]
    private static partial int Close(nint database);

    [LibraryImport(Library, EntryPoint = "sqlite3_prepare_v2")]
    private static partial int Prepare(nint database, byte[] sql, int length, out nint statement, nint tail);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    private static partial int BindNumber(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int BindText(nint statement, int index, byte[] value, int length, nint copies);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    private static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    private static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text")]
    private static partial nint ColumnText(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_finalize")]
    private static partial int Finish(nint statement);
}
