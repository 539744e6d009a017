-- Version 3: nothing looks an item up by its statement any more.
DROP INDEX offering_statement;
DROP INDEX need_statement;
