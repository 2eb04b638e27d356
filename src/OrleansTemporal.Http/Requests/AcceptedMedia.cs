using System.Globalization;

namespace OrleansTemporal.Requests;

/// <summary>
/// What a client wants an answer in (RFC 9110, section 12.5.1). Everything has a form in JSON, which is answered unless
/// another form is named and is wanted no less than JSON; nothing is refused for a form that is not there.
/// </summary>
internal static class AcceptedMedia
{
    private const string Json = "application/json";

    /// <summary>The form besides JSON that is wanted most, the first of equal ones; null for JSON.</summary>
    /// <param name="accept">The header; empty when there is none.</param>
    /// <param name="forms">What there is besides JSON.</param>
    internal static string? Choose(string accept, params ReadOnlySpan<string> forms)
    {
        if (accept.Length == 0)
        {
            return null;
        }

        string? chosen = null;
        var best = Math.Max(QualityOf(accept, Json), double.Epsilon);
        foreach (var form in forms)
        {
            var quality = QualityOf(accept, form);
            if (quality > best || (chosen is null && quality == best))
            {
                (chosen, best) = (form, quality);
            }
        }

        return chosen;
    }

    // Only by its full name: a client that takes anything gets JSON. 0 when it is not named, or refused.
    private static double QualityOf(string accept, string form)
    {
        foreach (var range in accept.AsSpan().Split(','))
        {
            var media = accept.AsSpan(range);
            var end = media.IndexOf(';');
            if ((end < 0 ? media : media[..end]).Trim().Equals(form, StringComparison.OrdinalIgnoreCase))
            {
                return end < 0 ? 1 : ReadQuality(media[(end + 1)..]);
            }
        }

        return 0;
    }

    private static double ReadQuality(ReadOnlySpan<char> parameters)
    {
        foreach (var range in parameters.Split(';'))
        {
            var parameter = parameters[range].Trim();
            if (parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase))
            {
                return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) ? quality : 1;
            }
        }

        return 1;
    }
}
