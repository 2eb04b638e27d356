using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>Some fields of a document, each under its path: <c>{"a.b":1,"c":2}</c> in the order asked for; fields that are missing are left out.</summary>
public sealed class Projection
{
    private readonly (FieldPath Path, byte[] Label)[] fields;

    private Projection((FieldPath Path, byte[] Label)[] fields) => this.fields = fields;

    /// <summary>Compiles a projection; null when it is of no fields, which stands for the whole document.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static Projection? Of(ImmutableArray<string> paths, string field = "select") => paths.IsEmpty
        ? null
        : new Projection([.. paths.Select((path, index) => (FieldPath.Parse(path, $"{field}[{index}]"), (byte[])[.. JsonText.Quote(path), (byte)':']))]);

    /// <summary>Writes the fields of a document as one JSON object.</summary>
    /// <param name="document">Canonical JSON.</param>
    /// <param name="writer">Where the object goes.</param>
    public void Write(ReadOnlySpan<byte> document, IBufferWriter<byte> writer)
    {
        var separator = "{"u8;
        foreach (var (path, label) in fields)
        {
            var value = path.Find(document);
            if (!value.IsEmpty)
            {
                writer.Write(separator);
                writer.Write(label);
                writer.Write(value);
                separator = ","u8;
            }
        }

        writer.Write(separator.SequenceEqual("{"u8) ? "{}"u8 : "}"u8);
    }
}
