using System.Globalization;
using System.Text;

namespace OrleansTemporal.Kernel.Tests.Causality;

/// <summary>Makes JSON texts that are valid but seldom canonical: any order, spacing, escapes and spelling of numbers.</summary>
internal sealed class JsonGenerator(Random random)
{
    private static readonly string[] Fragments =
        ["a", "b", "ab", "z", "é", "€", "\uFFFD", "\uE000", "😀", "𝒳", " ", "/", "\"", "\\", "\n", "\t", "\u0001", "\u001f", "\u007f", "0", "_", "key", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"];

    internal string Document()
    {
        var text = new StringBuilder();
        Space(text);
        Value(text, random.Next(5));
        Space(text);
        return text.ToString();
    }

    internal string Number()
    {
        var text = new StringBuilder();
        text.Append(random.Next(3) == 0 ? "-" : "");
        text.Append(random.Next(3) == 0 ? "0" : Digits(1 + random.Next(random.Next(2) == 0 ? 4 : 40), leadingZero: false));
        text.Append(random.Next(2) == 0 ? "." + Digits(1 + random.Next(random.Next(2) == 0 ? 4 : 40), leadingZero: true) : "");
        if (random.Next(3) == 0)
        {
            text.Append(random.Next(2) == 0 ? "e" : "E").Append(random.Next(3) switch { 0 => "", 1 => "+", _ => "-" });
            text.Append(random.Next(random.Next(3) == 0 ? 1_000_000 : 30).ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private void Value(StringBuilder text, int depth)
    {
        switch (random.Next(depth > 0 ? 8 : 5))
        {
            case 0:
                String(text);
                break;
            case 1:
            case 2:
                text.Append(Number());
                break;
            case 3:
                text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
            case 4:
                text.Append(random.NextDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case 5:
                Items(text, '[', ']', 6, () => Value(text, depth - 1));
                break;
            default:
                Items(text, '{', '}', random.Next(10) == 0 ? 60 : 6, () =>
                {
                    String(text);
                    Space(text);
                    text.Append(':');
                    Space(text);
                    Value(text, depth - 1);
                });
                break;
        }
    }

    private void Items(StringBuilder text, char open, char close, int countMax, Action item)
    {
        text.Append(open);
        Space(text);
        var count = random.Next(countMax);
        for (var i = 0; i < count; i++)
        {
            text.Append(i > 0 ? "," : "");
            Space(text);
            item();
            Space(text);
        }

        text.Append(close);
    }

    private void String(StringBuilder text)
    {
        text.Append('"');
        for (var i = random.Next(5); i > 0; i--)
        {
            foreach (var c in Fragments[random.Next(Fragments.Length)])
            {
                var mustEscape = c is '"' or '\\' or < ' ';
                text.Append(mustEscape || random.Next(8) == 0 ? Escape(c) : c.ToString());
            }
        }

        text.Append('"');
    }

    private string Escape(char c) => (c, random.Next(2)) switch
    {
        ('"', 0) => "\\\"",
        ('\\', 0) => "\\\\",
        ('/', 0) => "\\/",
        ('\n', 0) => "\\n",
        ('\t', 0) => "\\t",
        _ => "\\u" + ((int)c).ToString(random.Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture),
    };

    private string Digits(int count, bool leadingZero)
    {
        var digits = new char[count];
        for (var i = 0; i < count; i++)
        {
            digits[i] = random.Next(3) == 0 ? '0' : (char)('0' + random.Next(10));
        }

        digits[0] = leadingZero || digits[0] != '0' ? digits[0] : '7';
        return new string(digits);
    }

    private void Space(StringBuilder text)
    {
        if (random.Next(4) == 0)
        {
            text.Append(random.Next(4) switch { 0 => " ", 1 => "\n", 2 => "\r\n", _ => "\t  " });
        }
    }
}
