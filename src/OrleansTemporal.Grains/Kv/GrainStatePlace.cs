using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>
/// Where a grain's state is: a namespace for each state name, a key for each grain, as in <c>grains.profile</c> and
/// <c>visitor/ada</c>. Two states are at one place exactly when they are the same one.
/// </summary>
/// <param name="Namespace">Name of the namespace.</param>
/// <param name="Key">Key in it.</param>
internal readonly record struct GrainStatePlace(string Namespace, string Key)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The place of a state.</summary>
    /// <param name="prefix">What its namespace begins with.</param>
    /// <param name="stateName">Name of the state; what a name of the product may not have, and the underscore, is written as an underscore and two digits for each byte.</param>
    /// <param name="grain">Whose state; a slash or a percent sign in its type is written as over the web.</param>
    /// <exception cref="TemporalException">Invalid: the name or the key is longer than <see cref="Limits.NameLengthMax"/> or <see cref="Limits.KeyBytesMax"/>, or the key is no text.</exception>
    public static GrainStatePlace Of(string prefix, string stateName, GrainId grain)
    {
        var ns = new StringBuilder(prefix);
        foreach (var part in Encoding.UTF8.GetBytes(stateName))
        {
            _ = char.IsAsciiLetterOrDigit((char)part) || part is (byte)'-' or (byte)'.'
                ? ns.Append((char)part)
                : ns.Append(CultureInfo.InvariantCulture, $"_{part:x2}");
        }

        return new(Names.Validate(ns.ToString(), "stateName"), $"{Escape(TextOf(grain.Type.AsSpan()))}/{TextOf(grain.Key.AsSpan())}");
    }

    private static string Escape(string type) =>
        type.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException noText)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidKey, "The id of a grain whose state is kept is text.", noText) { Field = "grainId" };
        }
    }
}
