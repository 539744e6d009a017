using System.Text;
using EdgeNode.Matching;

namespace EdgeNode.Tests.Unit.Matching;

public sealed class WantListTests
{
    [Theory]
    // user names
    [InlineData("a b\n(ann c", 2, "')' after the user name")]
    [InlineData("() a b", 1, "a user name between '(' and ')'")]
    [InlineData("(  ) a b", 1, "a user name between '(' and ')'")]
    [InlineData("(ann)", 1, "an item name after the user name")]
    [InlineData("(ann) a (b)", 1, "one pair of parentheses, around the user name")]
    [InlineData("(ann) a b)", 1, "one pair of parentheses, around the user name")]
    [InlineData("a (ann) b", 1, "the user name in parentheses at the start of the line")]
    [InlineData("a b)", 1, "'(' before ')'")]
    [InlineData("#! REQUIRE-USERNAMES\n\na b", 3, "a user name in parentheses at the start of the line")]
    // colons and semicolons
    [InlineData("a: b\n: c", 2, "an item name before ':'")]
    [InlineData("(ann) : c", 1, "an item name before ':'")]
    [InlineData("a b : c", 1, "exactly one item name before ':', not 2")]
    [InlineData("a : b : c", 1, "at most one ':'")]
    [InlineData("#!require-colons\n# fine\na b", 3, "':' after the item name")]
    [InlineData("; a", 1, "an item name before ';'")]
    [InlineData("(ann) ; a", 1, "an item name before ';'")]
    [InlineData("a; : b", 1, "';' only after the ':'")]
    // comments
    [InlineData("a b # no", 1, "'#' only at the start of a comment line")]
    [InlineData("a b\r\nc#d\r\n", 2, "'#' only at the start of a comment line")]
    // options
    [InlineData("a b\n#! CASE-SENSITIVE", 2, "options (#!) before the first want list")]
    [InlineData("!BEGIN-OFFICIAL-NAMES\na\n!END-OFFICIAL-NAMES\n#! SEED=1", 4, "options (#!) before the official names")]
    [InlineData("#! SMALL-STEP=x", 1, "a whole number from 0 to 1000000000 after '=' in option SMALL-STEP=X")]
    [InlineData("#! BIG-STEP=", 1, "a whole number from 0 to 1000000000 after '=' in option BIG-STEP=")]
    [InlineData("#! BIG-STEP=-1", 1, "a whole number from 0")]
    [InlineData("#! NONTRADE-COST=0", 1, "a whole number from 1")]
    [InlineData("#! ITERATIONS=0", 1, "a whole number from 1")]
    [InlineData("#! SEED=99999999999999999999", 1, "a whole number from 1")]
    [InlineData("#! SHRINK=12", 1, "one digit after '=' in option SHRINK=12")]
    [InlineData("#! SCALED-PRIORITIES", 1, "another priority scheme")]
    // official names
    [InlineData("!begin-official-names\n:a", 2, "an official name at the start of the line, not ':'")]
    [InlineData("!BEGIN-OFFICIAL-NAMES\n%a", 2, "an official name of a real item, not of a dummy")]
    [InlineData("!BEGIN-OFFICIAL-NAMES\na#b \"x\"", 2, "an official name without '#'")]
    [InlineData("!BEGIN-OFFICIAL-NAMES\na 1\nA: 2", 3, "each official name once, and A stands above already")]
    [InlineData("!END-OFFICIAL-NAMES", 1, "!BEGIN-OFFICIAL-NAMES before !END-OFFICIAL-NAMES")]
    [InlineData("!BEGIN-OFFICIAL-NAMES\n!END-OFFICIAL-NAMES\n!BEGIN-OFFICIAL-NAMES", 3, "!BEGIN-OFFICIAL-NAMES only once")]
    [InlineData("a b\n!BEGIN-OFFICIAL-NAMES", 2, "!BEGIN-OFFICIAL-NAMES before the first want list")]
    [InlineData("\n!BEGIN-OFFICIAL-NAMES\na", 3, "!END-OFFICIAL-NAMES for the !BEGIN-OFFICIAL-NAMES of line 2")]
    // dummies
    [InlineData("(ann) %x : b", 1, "the option ALLOW-DUMMIES before dummy item %X")]
    [InlineData("(ann) a : %x", 1, "the option ALLOW-DUMMIES before dummy item %X")]
    [InlineData("#! ALLOW-DUMMIES\n%x : b", 2, "a user name at the start of a line with dummy item %X")]
    [InlineData("#! ALLOW-DUMMIES\na : %x", 2, "a user name at the start of a line with dummy item %X")]
    [InlineData("#! ALLOW-DUMMIES\n(ann) % : b", 2, "a name after '%'")]
    // priorities
    [InlineData("a : b=2", 1, "an item name without '=' in 'b=2', or the option EXPLICIT-PRIORITIES")]
    [InlineData("#! EXPLICIT-PRIORITIES\na : b=", 2, "item=number with a number from 1 to 1000000000 in 'b='")]
    [InlineData("#! EXPLICIT-PRIORITIES\na : b=0", 2, "item=number")]
    [InlineData("#! EXPLICIT-PRIORITIES\na : =3", 2, "item=number")]
    [InlineData("#! EXPLICIT-PRIORITIES\na : b=c", 2, "item=number")]
    // names
    [InlineData("a b\u007f", 1, "names of printable characters")]
    public void A_malformed_line_is_refused_with_file_line_and_what_was_expected(string text, int line, string expected)
    {
        var refusal = Assert.Throws<WantListException>(() => Parse(text));
        Assert.Equal(("lists.txt", line), (refusal.File, refusal.Line));
        Assert.StartsWith(expected, refusal.Expected);
        Assert.Equal($"lists.txt:{line}: expected {refusal.Expected}", refusal.Message);
    }

    [Fact]
    public void A_name_above_the_bound_is_refused()
    {
        Parse($"{new string('x', WantList.MaxName)} b");
        Assert.Contains("at most 200", Assert.Throws<WantListException>(() => Parse($"a {new string('x', 201)}")).Message);
    }

    [Fact]
    public void A_file_above_the_bound_is_refused()
    {
        var refusal = Assert.Throws<WantListException>(() => WantList.Parse("big.txt", new byte[WantList.MaxBytes + 1]));
        Assert.Equal(1, refusal.Line);
    }

    [Theory]
    [InlineData("a b\nb a")]
    [InlineData("a b\r\nb a\r\n")]
    [InlineData("a b\rb a")]
    [InlineData("\ufeff# comment\n\n  a\tb  \n\n#pragma\nB:A")]
    [InlineData("#! HIDE-LOOPS SORT-BY-ITEM SEED=7 METRIC=Users-Trading VERBOSE\n#!\na:b\nb :a")]
    [InlineData("a ; b\nb;a")]
    public void One_trade_in_many_spellings(string text)
    {
        var list = Parse(text);
        Assert.Equal(["A", "B"], list.Entries.Select(e => e.Item));
        Assert.Equal(["B", "A"], list.Entries.SelectMany(e => e.Wants).Select(w => w.Item));
        Assert.Empty(list.Warnings);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_read_as_latin1()
    {
        var utf8 = WantList.Parse("x", Encoding.UTF8.GetBytes("(José) a b"));
        var latin1 = WantList.Parse("x", Encoding.Latin1.GetBytes("(José) a b"));
        Assert.Equal(("JOSÉ", "JOSÉ"), (utf8.Entries[0].User, latin1.Entries[0].User));
    }

    [Fact]
    public void Case_matters_only_with_the_option()
    {
        Assert.Equal(1, Parse("Box box Ball\nball BOX").Ignored.Own);
        var exact = Parse("#! CASE-SENSITIVE\nBox box Ball\nbox Box\nBall box");
        Assert.Equal((3, 4), (exact.Items, exact.Wants));
    }

    [Fact]
    public void Unknown_options_are_warned_of_and_passed_over()
    {
        var list = Parse("#! SHINY=1 LINEAR-PRIORITIES SPEEDY\na b\nb a");
        Assert.Equal(
            [
                "lists.txt:1: option SHINY=1 is not known here and was passed over",
                "lists.txt:1: option SPEEDY is not known here and was passed over",
            ],
            list.Warnings
        );
        Assert.Equal(WantPriorities.Linear, list.Options.Priorities);
    }

    [Fact]
    public void Repeats_own_unknown_and_same_user_wants_are_ignored_and_counted()
    {
        var list = Parse("(ann) a : b b a nothing a2 c\n(ann) a2 : b\n(bo) b : a\n(bo) b : c\n(cy) c : a");
        Assert.Equal(["B", "C"], list.Entries[0].Wants.Select(w => w.Item));
        Assert.Equal(
            new WantListIgnored(Repeated: 1, Own: 1, SameUser: 1, Unknown: 1, Absent: 0, SecondLists: 1, UnlistedItems: 0),
            list.Ignored
        );
        Assert.Equal(4, list.Items);
    }

    [Fact]
    public void Official_names_drop_other_lists_and_keep_the_place_of_absent_items()
    {
        var list = Parse(
            """
            #! LINEAR-PRIORITIES
            !BEGIN-OFFICIAL-NAMES
            a ==> 1. "A lamp" (from ann) # the red one
            b:chair
            # a comment
            c
            !END-OFFICIAL-NAMES
            a : c typo b
            b : a
            typo : a
            """
        );
        Assert.Equal([new Want("B", 2)], list.Entries[0].Wants);
        Assert.Equal((1, 1, 1), (list.Ignored.Absent, list.Ignored.Unknown, list.Ignored.UnlistedItems));
        Assert.Equal(["A", "B"], list.Entries.Select(e => e.Item));
    }

    [Theory]
    [InlineData("", 1, 1, 1)]
    [InlineData("LINEAR-PRIORITIES", 1, 2, 12)]
    [InlineData("TRIANGLE-PRIORITIES", 1, 3, 78)]
    [InlineData("SQUARE-PRIORITIES", 1, 4, 144)]
    [InlineData("SQUARE-PRIORITIES SMALL-STEP=0 BIG-STEP=2", 1, 1, 9)]
    public void Places_in_the_list_become_costs(string options, long first, long second, long afterSemicolon)
    {
        var list = Parse($"#! {options}\na : b c ; d\nb a\nc a\nd a");
        Assert.Equal([first, second, afterSemicolon], list.Entries[0].Wants.Select(w => w.Cost));
    }

    [Fact]
    public void Explicit_priorities_set_the_rank_and_the_next_continues_from_there()
    {
        var list = Parse("#! EXPLICIT-PRIORITIES\na : b c=7 d e=2\nb a\nc a\nd a\ne a");
        Assert.Equal([1, 7, 8, 2], list.Entries[0].Wants.Select(w => w.Cost));
    }

    [Fact]
    public void The_largest_steps_do_not_overflow()
    {
        var list = Parse("#! SQUARE-PRIORITIES SMALL-STEP=1000000000 BIG-STEP=1000000000\na : b ; c ;; d\nb a\nc a\nd a");
        Assert.Equal(1_000_000_000_000_000_000, list.Entries[0].Wants[2].Cost);
    }

    [Fact]
    public void Dummies_belong_to_their_user()
    {
        var list = Parse("#! ALLOW-DUMMIES\n(ann) %x : b\n(bo) %x : a\n(ann) a : %x %y\n(bo) b : %x");
        Assert.Equal(["%X ANN", "%X BO", "A", "B"], list.Entries.Select(e => e.Item));
        Assert.Equal("%X ANN", Assert.Single(list.Entries[2].Wants).Item);
        Assert.Equal("%X BO", Assert.Single(list.Entries[3].Wants).Item);
        Assert.Equal((2, 1), (list.Items, list.Ignored.Unknown));
    }

    [Fact]
    public void The_hand_made_file_with_a_dummy_is_read_and_planned_later()
    {
        var list = WantList.Parse("dummy.txt", MatchingFiles.Data("micro/dummy.txt"));
        Assert.Equal((4, 1, 1), (list.Items, list.Entries.Count(e => e.IsDummy), list.Ignored.Absent));
        var refusal = Assert.Throws<MarketException>(() => list.ToMarket("dummy")).Refusal;
        Assert.Equal("want_list.dummies", refusal.Code);
        Assert.StartsWith("dummy.txt:10: dummy items are read but not planned yet", refusal.Sentence);
    }

    [Fact]
    public void A_list_without_a_usable_want_becomes_an_offering_without_a_need()
    {
        var market = Parse("a b\nb\nc nothing").ToMarket("test", "north");
        Assert.Equal(["offering/A", "offering/B", "offering/C"], market.Offerings.Select(o => o.Id));
        var need = Assert.Single(market.Needs);
        Assert.Equal(("need/A", "A", "north"), (need.Id, need.Resident, need.HomeNode));
        Assert.Equal(["test/B"], need.Accepts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a prefix that is far too long to be one, is it not")]
    public void A_prefix_that_fits_no_category_is_refused(string prefix) =>
        Assert.Equal("want_list.prefix", Assert.Throws<MarketException>(() => Parse("a b\nb a").ToMarket(prefix)).Refusal.Code);

    [Fact]
    public void Any_bytes_are_read_or_refused_with_a_line()
    {
        var seeds = MatchingFiles.Data("micro/dummy.txt");
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Seeded(seed);
            var bytes = (byte[])seeds.Clone();
            for (var i = 1 + random.Below(12); i > 0; i--)
                bytes[random.Below(bytes.Length)] = (byte)(
                    random.Chance(50) ? random.Below(256) : "()%#:;=! \r\n"[random.Below(11)]
                );
            try
            {
                Assert.True(WantList.Parse("fuzz", bytes).Items <= 20);
            }
            catch (WantListException refused)
            {
                Assert.InRange(refused.Line, 1, 1 + bytes.Length);
            }
        }
    }

    private static WantList Parse(string text) => WantList.Parse("lists.txt", Encoding.UTF8.GetBytes(text));
}
