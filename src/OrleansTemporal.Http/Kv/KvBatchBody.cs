using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>
/// Reads <c>{"operations":[{"put":{"key","value"}},{"delete":{"key"}}],"atomic"}</c>. Values are slices of the body,
/// so a batch costs no copy of them.
/// </summary>
internal ref struct KvBatchBody
{
    // The value of a put stands four levels deep, and is itself as deep as a document may be.
    private const int DepthMax = Limits.JsonDepthMax + 8;

    private readonly ReadOnlyMemory<byte> body;
    private readonly ImmutableArray<KvOperation>.Builder operations = ImmutableArray.CreateBuilder<KvOperation>();
    private Utf8JsonReader reader;
    private bool atomic;

    private KvBatchBody(ReadOnlyMemory<byte> body)
    {
        this.body = body;
        reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DepthMax });
    }

    /// <summary>Reads a whole body.</summary>
    /// <exception cref="TemporalException"><c>malformed_json</c>, <c>invalid_field</c>, <c>invalid_key</c>, <c>batch_too_large</c>.</exception>
    internal static (ImmutableArray<KvOperation> Operations, bool Atomic) Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var batch = new KvBatchBody(body);
            batch.Read();
            return (batch.operations.DrainToImmutable(), batch.atomic);
        }
        catch (JsonException fault)
        {
            throw JsonBody.Malformed(fault);
        }
        catch (InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, "A string of the body has a lone surrogate.");
        }
    }

    private void Read()
    {
        reader.Read();
        Expect(JsonTokenType.StartObject, "body", "an object");
        var seen = 0;
        while (NextName() is { } name)
        {
            var bit = name switch { "operations" => 1, "atomic" => 2, _ => throw JsonBody.Unknown(name) };
            RefuseTwice(ref seen, bit, name);
            reader.Read();
            if (bit == 1)
            {
                ReadOperations();
            }
            else
            {
                atomic = reader.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? reader.GetBoolean()
                    : throw JsonBody.Invalid("atomic", "'atomic' is true or false.");
            }
        }

        if (reader.Read() || operations.Count == 0)
        {
            throw JsonBody.Invalid("operations", "'operations' names at least one put or delete.");
        }
    }

    private void ReadOperations()
    {
        Expect(JsonTokenType.StartArray, "operations", "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (operations.Count == Limits.BatchCountMax)
            {
                throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} operations.")
                {
                    Field = "operations",
                    Limit = Limits.BatchCountMax,
                };
            }

            var field = $"operations[{operations.Count}]";
            Expect(JsonTokenType.StartObject, field, "an object with 'put' or 'delete'");
            var kind = NextName() switch
            {
                "put" => KvOperationKind.Put,
                "delete" => KvOperationKind.Delete,
                _ => throw JsonBody.Invalid(field, $"'{field}' has 'put' or 'delete'."),
            };
            reader.Read();
            operations.Add(ReadOperation(kind, field));
            if (NextName() is not null)
            {
                throw JsonBody.Invalid(field, $"'{field}' has one of 'put' and 'delete'.");
            }
        }
    }

    private KvOperation ReadOperation(KvOperationKind kind, string field)
    {
        Expect(JsonTokenType.StartObject, field, "an object");
        string? key = null;
        ReadOnlyMemory<byte>? value = null;
        WriteId? ifMatch = null;
        TimeSpan? timeToLive = null;
        var (ifPresent, ifAbsent) = (false, false);
        var seen = 0;
        while (NextName() is { } name)
        {
            var bit = name switch
            {
                "key" => 1,
                "value" when kind == KvOperationKind.Put => 2,
                "ifMatch" => 4,
                "ifNoneMatch" when kind == KvOperationKind.Put => 8,
                "ttl" when kind == KvOperationKind.Put => 16,
                _ => throw JsonBody.Invalid($"{field}.{name}", $"'{name}' is no field of a {(kind == KvOperationKind.Put ? "put" : "delete")} in this release."),
            };
            RefuseTwice(ref seen, bit, name);
            reader.Read();
            switch (bit)
            {
                case 1:
                    key = EntityKeys.Validate(ReadText(field + ".key"), field + ".key");
                    break;
                case 2:
                    value = ReadRaw();
                    break;
                case 4 when ReadText(field + ".ifMatch") is var tag:
                    ifPresent = tag == "*";
                    ifMatch = ifPresent ? null : EntityTags.ParseField(tag);
                    break;
                case 16:
                    timeToLive = KvTimes.Parse(ReadText(field + ".ttl"), field + ".ttl");
                    break;
                default:
                    ifAbsent = ReadText(field + ".ifNoneMatch") == "*" ? true : throw JsonBody.Invalid(field + ".ifNoneMatch", "'ifNoneMatch' is *.");
                    break;
            }
        }

        return new KvOperation
        {
            Kind = kind,
            Key = key ?? throw JsonBody.Invalid(field + ".key", $"'{field}.key' is missing."),
            Value = kind == KvOperationKind.Put ? value ?? throw JsonBody.Invalid(field + ".value", $"'{field}.value' is missing.") : default,
            TimeToLive = timeToLive,
            IfMatch = ifMatch,
            IfPresent = ifPresent,
            IfAbsent = ifAbsent,
        };
    }

    private ReadOnlyMemory<byte> ReadRaw()
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private string ReadText(string field)
    {
        Expect(JsonTokenType.String, field, "a string");
        return reader.GetString()!;
    }

    // The next property name of the open object, or null at its end.
    private string? NextName()
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private readonly void Expect(JsonTokenType type, string field, string what)
    {
        if (reader.TokenType != type)
        {
            throw JsonBody.Invalid(field, $"'{field}' is {what}.");
        }
    }

    private static void RefuseTwice(ref int seen, int bit, string name)
    {
        if ((seen & bit) != 0)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedJson, $"'{name}' occurs twice.") { Field = name };
        }

        seen |= bit;
    }
}
