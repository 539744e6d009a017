using EdgeNode.Hardware.Nut;

namespace EdgeNode.Tests.Unit.Hardware.Nut;

public sealed class NutTests
{
    readonly NutDesk _desk = new("a secret", "Mill \"cabinet\"", "0.1.0");

    NutSession Client() => new(_desk);

    static string Login(NutSession client, string password = "a secret")
    {
        Assert.Equal("OK\n", client.Answer("USERNAME monitor"));
        Assert.Equal("OK\n", client.Answer($"PASSWORD \"{password}\""));
        return client.Answer("LOGIN cabinet");
    }

    [Fact]
    public void A_variable_that_is_not_known_is_left_out()
    {
        var client = Client();
        Assert.Equal("ERR VAR-NOT-SUPPORTED\n", client.Answer("GET VAR cabinet battery.charge"));
        _desk.Say(NutState.Unknown with { Charge = 87.4 });
        Assert.Equal("VAR cabinet battery.charge \"87\"\n", client.Answer("GET VAR cabinet battery.charge"));
        Assert.DoesNotContain("battery.voltage", client.Answer("LIST VAR cabinet"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, false, "OL")]
    [InlineData(true, false, false, "OB")]
    [InlineData(true, true, false, "OB LB")]
    [InlineData(true, true, true, "FSD OB LB")]
    [InlineData(false, false, true, "FSD OL")]
    public void The_status_says_mains_battery_low_and_the_stop(bool battery, bool low, bool stop, string status)
    {
        _desk.Say(NutState.Unknown with { OnBattery = battery, Low = low });
        if (stop)
            _desk.LatchFsd();
        Assert.Equal($"VAR cabinet ups.status \"{status}\"\n", Client().Answer("GET VAR cabinet ups.status"));
    }

    [Fact]
    public void A_stop_stays_a_stop_when_mains_returns()
    {
        _desk.LatchFsd();
        _desk.Say(NutState.Unknown with { OnBattery = false });
        Assert.Contains("FSD", Client().Answer("GET VAR cabinet ups.status"), StringComparison.Ordinal);
    }

    [Fact]
    public void Secondaries_are_counted_until_they_leave()
    {
        var (a, b) = (Client(), Client());
        Assert.Equal("OK\n", Login(a));
        Assert.Equal("OK\n", Login(b));
        Assert.Equal("NUMLOGINS cabinet 2\n", a.Answer("GET NUMLOGINS cabinet"));
        Assert.Equal("OK Goodbye\n", a.Answer("LOGOUT"));
        Assert.True(a.IsOver);
        b.Close();
        Assert.Equal(0, _desk.Logins);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    public void Login_needs_the_password(string password) => Assert.Equal("ERR ACCESS-DENIED\n", Login(Client(), password));

    [Theory]
    [InlineData("FSD cabinet")]
    [InlineData("PRIMARY cabinet")]
    [InlineData("MASTER cabinet")]
    [InlineData("SET VAR cabinet battery.charge.low 99")]
    [InlineData("INSTCMD cabinet load.off")]
    public void Nobody_stops_or_changes_the_cabinet_from_outside(string line)
    {
        var client = Client();
        Login(client);
        Assert.Equal("ERR ACCESS-DENIED\n", client.Answer(line));
        Assert.False(_desk.Fsd);
    }

    [Theory]
    [InlineData("GET VAR other ups.status", "ERR UNKNOWN-UPS\n")]
    [InlineData("LIST VAR other", "ERR UNKNOWN-UPS\n")]
    [InlineData("STARTTLS", "ERR FEATURE-NOT-CONFIGURED\n")]
    [InlineData("nonsense", "ERR UNKNOWN-COMMAND\n")]
    [InlineData("GET VAR \"unclosed", "ERR INVALID-ARGUMENT\n")]
    [InlineData("", "ERR INVALID-ARGUMENT\n")]
    [InlineData("LIST UPS", "BEGIN LIST UPS\nUPS cabinet \"Mill \\\"cabinet\\\"\"\nEND LIST UPS\n")]
    [InlineData("NETVER", "1.3\n")]
    public void Every_line_has_its_answer(string line, string answer) => Assert.Equal(answer, Client().Answer(line));

    [Fact]
    public void A_line_that_is_too_long_is_refused() =>
        Assert.Equal("ERR TOO-LONG\n", Client().Answer(new string('x', NutLine.Longest + 1)));

    [Fact]
    public void No_line_breaks_a_session()
    {
        var random = new Random(7);
        var client = Client();
        string[] words = ["GET", "LIST", "VAR", "cabinet", "\"", "\\", "LOGIN", "USERNAME", " ", "\t", "\0", "ü", "NUMLOGINS"];
        for (var i = 0; i < 20_000; i++)
        {
            var line = string.Join(
                random.Next(2) == 0 ? " " : "",
                Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)])
            );
            Assert.EndsWith("\n", client.Answer(line), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("OL", true, 90.0)]
    [InlineData("OL CHRG", true, 90.0)]
    [InlineData("OB DISCHRG", false, 90.0)]
    [InlineData("OB LB", false, 5.0)]
    [InlineData("FSD OB", false, 5.0)]
    [InlineData("", null, 90.0)]
    public void Another_servers_status_becomes_a_sample(string status, bool? mains, double percent)
    {
        var reading = new NutReading();
        foreach (
            var line in (string[])
                ["BEGIN LIST VAR ups", $"VAR ups ups.status \"{status}\"", "VAR ups battery.charge \"90\"", "END LIST VAR ups"]
        )
            reading.Take(line);
        var sample = reading.ToSample(5);
        Assert.Equal((mains, percent, null), (sample.Mains, sample.Percent, sample.Volts));
    }

    [Fact]
    public void Stale_data_is_no_data()
    {
        var reading = new NutReading();
        reading.Take("ERR DATA-STALE");
        var sample = reading.ToSample(5);
        Assert.Null(sample.Mains);
        Assert.Null(sample.Percent);
    }
}
