namespace EdgeNode.Hardware.Nut;

/// <summary>
/// One client's talk with the desk: a line in, an answer out. Anybody who reaches the port may read; LOGIN needs the password; PRIMARY, FSD, SET and INSTCMD are
/// refused, for the cabinet itself is the primary.
/// </summary>
/// <param name="desk">Asked under the lock of whoever owns it.</param>
public sealed class NutSession(NutDesk desk)
{
    private const string Protocol = "1.3";

    private string? _user;
    private bool _trusted;
    private bool _in;

    /// <summary>The client has said goodbye: the connection ends after this answer.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The answer, ending with a line feed.</summary>
    public string Answer(string line)
    {
        if (line.Length > NutLine.Longest)
            return Error("TOO-LONG");
        if (NutLine.Split(line) is not { Count: > 0 } words)
            return Error("INVALID-ARGUMENT");
        return words[0].ToUpperInvariant() switch
        {
            "VER" => $"EdgeNode {desk.Release}, a server of RFC 9271\n",
            "NETVER" or "PROTVER" => Protocol + "\n",
            "HELP" => "Commands: HELP VER PROTVER GET LIST LOGIN LOGOUT USERNAME PASSWORD STARTTLS\n",
            "STARTTLS" => Error("FEATURE-NOT-CONFIGURED"),
            "USERNAME" => Username(words),
            "PASSWORD" => Password(words),
            "LOGIN" => Login(words),
            "LOGOUT" => Logout(),
            "PRIMARY" or "MASTER" or "FSD" or "SET" or "INSTCMD" => Error("ACCESS-DENIED"),
            "GET" => Get(words),
            "LIST" => List(words),
            _ => Error("UNKNOWN-COMMAND"),
        };
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        desk.Leave(this);
        IsOver = true;
    }

    private string Username(IReadOnlyList<string> words)
    {
        if (words.Count != 2)
            return Error("INVALID-ARGUMENT");
        if (_user is not null)
            return Error("ALREADY-SET-USERNAME");
        _user = words[1];
        return "OK\n";
    }

    /// <summary>Whether it was right is told only at LOGIN, as upsd does.</summary>
    private string Password(IReadOnlyList<string> words)
    {
        if (words.Count != 2)
            return Error("INVALID-ARGUMENT");
        _trusted =
            _user == NutDesk.User
            && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.UTF8.GetBytes(words[1]),
                System.Text.Encoding.UTF8.GetBytes(desk.Password)
            );
        return "OK\n";
    }

    private string Login(IReadOnlyList<string> words)
    {
        if (words.Count != 2)
            return Error("INVALID-ARGUMENT");
        if (words[1] != NutDesk.Ups)
            return Error("UNKNOWN-UPS");
        if (!_trusted)
            return Error("ACCESS-DENIED");
        if (_in)
            return Error("ALREADY-LOGGED-IN");
        _in = desk.Login(this);
        return _in ? "OK\n" : Error("ACCESS-DENIED");
    }

    private string Logout()
    {
        Close();
        return "OK Goodbye\n";
    }

    private string Get(IReadOnlyList<string> words)
    {
        if (words.Count < 3)
            return Error("INVALID-ARGUMENT");
        if (words[2] != NutDesk.Ups)
            return Error("UNKNOWN-UPS");
        return (words[1].ToUpperInvariant(), words.Count) switch
        {
            ("NUMLOGINS", 3) => $"NUMLOGINS {NutDesk.Ups} {desk.Logins}\n",
            ("UPSDESC", 3) => $"UPSDESC {NutDesk.Ups} {NutLine.Quote(desk.Title)}\n",
            ("VAR", 4) => Variable(words[3]) is { } v
                ? $"VAR {NutDesk.Ups} {v.Name} {NutLine.Quote(v.Value)}\n"
                : Error("VAR-NOT-SUPPORTED"),
            ("TYPE", 4) => Variable(words[3]) is { } v
                ? $"TYPE {NutDesk.Ups} {v.Name} {(IsNumber(v.Value) ? "NUMBER" : "STRING:64")}\n"
                : Error("VAR-NOT-SUPPORTED"),
            ("DESC", 4) => $"DESC {NutDesk.Ups} {words[3]} {NutLine.Quote(NutDesk.Describe(words[3]))}\n",
            _ => Error("INVALID-ARGUMENT"),
        };
    }

    private string List(IReadOnlyList<string> words)
    {
        if (words.Count == 2 && words[1].Equals("UPS", StringComparison.OrdinalIgnoreCase))
            return $"BEGIN LIST UPS\nUPS {NutDesk.Ups} {NutLine.Quote(desk.Title)}\nEND LIST UPS\n";
        if (words.Count != 3)
            return Error("INVALID-ARGUMENT");
        if (words[2] != NutDesk.Ups)
            return Error("UNKNOWN-UPS");
        var what = words[1].ToUpperInvariant();
        var rows = what switch
        {
            "VAR" => desk.Variables().Select(v => $"VAR {NutDesk.Ups} {v.Name} {NutLine.Quote(v.Value)}\n"),
            // Nothing can be set or commanded from outside, and who is logged in is nobody else's business.
            "RW" or "CMD" or "CLIENT" => [],
            _ => null,
        };
        return rows is null
            ? Error("INVALID-ARGUMENT")
            : $"BEGIN LIST {what} {NutDesk.Ups}\n{string.Concat(rows)}END LIST {what} {NutDesk.Ups}\n";
    }

    private (string Name, string Value)? Variable(string name)
    {
        foreach (var variable in desk.Variables())
        {
            if (variable.Name == name)
                return variable;
        }
        return null;
    }

    private static bool IsNumber(string value) =>
        double.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);

    private static string Error(string code) => $"ERR {code}\n";
}
