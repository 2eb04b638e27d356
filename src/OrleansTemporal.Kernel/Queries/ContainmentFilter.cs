namespace OrleansTemporal.Queries;

/// <summary>Whether a text has another in it, or an array an item.</summary>
internal sealed class ContainmentFilter : Filter
{
    private readonly FieldPath path;
    private readonly byte[] value;
    private readonly byte[]? escaped;
    private readonly byte[]? plain;

    public ContainmentFilter(FieldPath path, byte[] value)
    {
        this.path = path;
        this.value = value;
        if (value[0] == '"')
        {
            escaped = value[1..^1];
            using var text = new JsonText.PlainText(escaped);
            plain = text.Bytes.ToArray();
        }
    }

    public override bool Matches(ReadOnlySpan<byte> document)
    {
        var found = path.Find(document);
        return !found.IsEmpty && found[0] switch
        {
            (byte)'"' => plain is not null && IsIn(JsonText.BodyOf(found)),
            (byte)'[' => HasItem(found),
            _ => false,
        };
    }

    // A text that is in another is so with its escapes, too; the other way round the n of \n would be one.
    private bool IsIn(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf(escaped) < 0)
        {
            return false;
        }

        using var text = new JsonText.PlainText(body);
        return text.Bytes.IndexOf(plain) >= 0;
    }

    private bool HasItem(ReadOnlySpan<byte> array)
    {
        if (array.IndexOf(value) < 0)
        {
            return false;
        }

        for (var at = 1; at < array.Length && array[at] != ']'; at++)
        {
            var end = CanonicalScan.EndOfValue(array, at);
            if (array[at..end].SequenceEqual(value))
            {
                return true;
            }

            at = end;
            if (array[at] == ']')
            {
                return false;
            }
        }

        return false;
    }
}
