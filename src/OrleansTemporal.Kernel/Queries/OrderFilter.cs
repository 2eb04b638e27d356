namespace OrleansTemporal.Queries;

/// <summary>Whether a number is above or below another, or a text behind or before another.</summary>
internal sealed class OrderFilter(FieldPath path, byte[] value, bool isGreater, bool orEqual) : Filter
{
    private readonly bool isText = value[0] == '"';

    public override bool Matches(ReadOnlySpan<byte> document)
    {
        var found = path.Find(document);
        if (found.IsEmpty || (isText ? found[0] != '"' : !IsNumber(found[0])))
        {
            return false;
        }

        var order = isText ? JsonText.Compare(found, value) : DecimalText.Compare(found, value);
        return order == 0 ? orEqual : order > 0 == isGreater;
    }

    /// <summary>Whether a canonical value that begins so is a number.</summary>
    internal static bool IsNumber(byte first) => first is >= (byte)'0' and <= (byte)'9' or (byte)'-';
}
