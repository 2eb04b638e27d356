using System.Globalization;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>Random keys and documents, few enough keys that they meet each other and odd enough that none is easy.</summary>
internal sealed class KvChoices(Random random)
{
    private static readonly string[] Keys =
    [
        "a", "a:b", "a/b", "a%2Fb", "a b", "ab", "b", "é", "ü/ß", "日本", "\uFFFD", "😀", "😀:1", "\U0010FFFF", "~", " ", "..", ".", "0", "00",
        "user:1", "user:2", "user:10", "user:100", new('k', 300), new('é', 512),
    ];

    public string Key() => random.Next(4) == 0 ? $"n{random.Next(40)}" : Keys[random.Next(Keys.Length)];

    public string Prefix() => random.Next(6) switch
    {
        0 => "a",
        1 => "user:",
        2 => "n",
        3 => "😀",
        4 => "zzz",
        _ => "",
    };

    /// <summary>A document in its canonical form, and another spelling of it.</summary>
    public (string Canonical, string Sent) Document()
    {
        var number = random.Next(5).ToString(CultureInfo.InvariantCulture);
        var text = random.Next(8) == 0 ? new string('x', random.Next(3_000)) : "v" + random.Next(6);
        var canonical = random.Next(5) switch
        {
            0 => number,
            1 => $"\"{text}\"",
            2 => "[]",
            3 => $"[{number},null,true]",
            _ => $"{{\"a\":{number},\"b\":\"{text}\"}}",
        };
        var sent = random.Next(2) == 0
            ? canonical
            : canonical.Replace(",\"b\"", " , \"b\"", StringComparison.Ordinal).Replace("[", "[ ", StringComparison.Ordinal) + "\n";
        return (canonical, sent);
    }
}
