using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Encryption;

/// <summary>The bytes of the file of one data key (docs/formats/keys.md).</summary>
internal static class DataKeyFile
{
    public const int LengthMax = HeadBytes + ScopeBytesMax + MasterKey.WrappedBytes + sizeof(uint);

    private const ushort Version = 1;
    private const int HeadBytes = 4 + 2 + 2 + DataKeyId.Size + 8 + 4 + 2;
    private const int ScopeBytesMax = (2 * Limits.NameLengthMax) + 5 + Limits.KeyBytesMax;

    private static ReadOnlySpan<byte> Magic => "OTDK"u8;

    /// <summary>A new key, as random as the source is, with the id that it is given or, when that is none, a random one.</summary>
    public static StoredDataKey Draw(DataKeyScope scope, int number, DataKeyId name, TimeProvider time, FillRandom random)
    {
        var id = new byte[DataKeyId.Size];
        var material = new byte[MasterKey.Size];
        if (name.IsNone)
        {
            random(id);
        }
        else
        {
            name.CopyTo(id);
        }

        random(material);
        return new StoredDataKey
        {
            Id = DataKeyId.FromBytes(id),
            State = DataKeyState.Active,
            Scope = scope,
            Number = number,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            Material = material,
        };
    }

    public static byte[] Encode(StoredDataKey key, MasterKey master, FillRandom random)
    {
        var scope = Encoding.UTF8.GetBytes(key.Scope!.ToString());
        var writer = new FormatWriter();
        writer.Bytes(Magic);
        writer.U16(Version);
        writer.U16(0);
        key.Id.CopyTo(writer.Reserve(DataKeyId.Size));
        writer.I64(key.CreatedAt.ToUnixTimeMilliseconds());
        writer.U32((uint)key.Number);
        writer.U16((ushort)scope.Length);
        writer.Bytes(scope);
        writer.Bytes(master.Wrap(key.Material, writer.WrittenSpan, random));
        writer.U32(Crc32C.Compute(writer.WrittenSpan));
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a file back; its key is null when the master key is not the one that wrapped it.</summary>
    /// <exception cref="TemporalException">Corrupt: the bytes are damaged.</exception>
    public static (StoredDataKey Stored, bool IsUnwrapped) Decode(ReadOnlySpan<byte> bytes, MasterKey? master, string path)
    {
        var reader = new FormatReader(bytes, path, 0);
        if (bytes.Length < HeadBytes || !reader.Bytes(Magic.Length, "magic").SequenceEqual(Magic) || reader.U16("version") != Version || reader.U16("room") != 0)
        {
            throw StoredBytes.Corrupt(path, 0, "this is no data key of a version that this release reads");
        }

        var id = DataKeyId.FromBytes(reader.Bytes(DataKeyId.Size, "id"));
        var created = reader.I64("time", DateTimeOffset.MaxValue.ToUnixTimeMilliseconds());
        var number = reader.I32("number");
        var text = reader.Bytes(reader.U16("scope"), "scope");
        var associated = bytes[..reader.Position];
        var wrapped = reader.Bytes(MasterKey.WrappedBytes, "key");
        var body = bytes[..reader.Position];
        if (reader.U32("checksum") != Crc32C.Compute(body))
        {
            throw StoredBytes.Corrupt(path, body.Length, "the checksum does not match");
        }

        reader.End("data key");
        if (!DataKeyScope.TryParse(Encoding.UTF8.GetString(text), out var scope))
        {
            throw StoredBytes.Corrupt(path, HeadBytes, "the scope does not parse");
        }

        var material = master?.Unwrap(wrapped, associated);
        return (new StoredDataKey
        {
            Id = id,
            State = DataKeyState.Active,
            Scope = scope,
            Number = number,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(created),
            Material = material ?? [],
        }, material is not null);
    }
}
