using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Json;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Import;

/// <summary>Gives each row its key and refuses rows without one, and keys that came before.</summary>
/// <param name="keyField">Dotted path of the key; null numbers the rows.</param>
/// <param name="valueField">Dotted path of the value; null takes the whole row.</param>
internal sealed class ImportKeys(string? keyField, string? valueField)
{
    // Half of a request: more can not become a value of 1 MiB by any formatting that people use.
    private const int RowBytesMax = Limits.BodyBytesMax / 2;
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1_000 };

    // 16 bytes for each key, whatever its length: ten million keys fit into half a gigabyte.
    private readonly HashSet<UInt128> seen = [];
    private long rowNumber;

    /// <summary>The write of a row, or why there is none.</summary>
    public (KvOperation? Operation, string? Refusal) Take(ImportRow row)
    {
        rowNumber++;
        if (row.Refusal is not null)
            return (null, row.Refusal);
        if (row.Json.Length > RowBytesMax)
            return (null, $"larger than {RowBytesMax >> 20} MiB");

        try
        {
            using var document = JsonDocument.Parse(row.Json, Options);
            return Take(row, document.RootElement);
        }
        catch (JsonException error)
        {
            return (null, $"no JSON: {error.Message.Split(" LineNumber:")[0]}");
        }
        catch (InvalidOperationException)
        {
            // What the reader says of a string whose escapes are no Unicode.
            return (null, "a string that is no valid Unicode");
        }
    }

    private (KvOperation? Operation, string? Refusal) Take(ImportRow row, JsonElement document)
    {
        var key = rowNumber.ToString(CultureInfo.InvariantCulture);
        if (keyField is not null)
        {
            if (!JsonPaths.TryFind(document, keyField, out var field))
                return (null, $"no field '{keyField}'");
            if (TextOf(field) is not { } text)
                return (null, $"field '{keyField}' is {Describe(field)}, a key is text or a number");
            key = text;
        }

        if (!EntityKeys.IsValid(key) || key is "." or "..")
            return (null, $"'{Shorten(key)}' is no key: 1 to {Limits.KeyBytesMax} bytes, not '.' or '..'");

        var value = row.Json;
        if (valueField is not null)
        {
            if (!JsonPaths.TryFind(document, valueField, out var found))
                return (null, $"no field '{valueField}'");
            value = Encoding.UTF8.GetBytes(found.GetRawText());
        }

        return seen.Add(DigestOf(key))
            ? (new KvOperation { Kind = KvOperationKind.Put, Key = key, Value = value }, null)
            : (null, $"key '{Shorten(key)}' came before");
    }

    private static string? TextOf(JsonElement field) => field.ValueKind switch
    {
        JsonValueKind.String => field.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => field.GetRawText(),
        _ => null,
    };

    private static string Describe(JsonElement field) => field.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        _ => "an object",
    };

    private static string Shorten(string key) => key.Length <= 40 ? key : key[..40] + "…";

    private static UInt128 DigestOf(string key)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
